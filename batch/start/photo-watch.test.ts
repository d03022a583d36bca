import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PhotoWatch } from './photo-watch.ts';

let folder = '';
let open: PhotoWatch | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'photo-watch-'));
});
afterEach(async () => {
  await open?.close();
  rmSync(folder, { recursive: true });
});

const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function watching(source: string, refresh: (signal: AbortSignal) => Promise<void>): void {
  open = new PhotoWatch({ source, except: join(folder, 'index'), refresh, log, quietMs: 30 });
}

const until = (condition: () => boolean) => expect.poll(condition, { timeout: 30_000 }).toBe(true);

describe('PhotoWatch', () => {
  it('hears of files in subfolders, also of those that are made later', async () => {
    const refresh = vi.fn(async () => {});
    watching(folder, refresh);
    // Once at the beginning.
    await until(() => refresh.mock.calls.length > 0);
    refresh.mockClear();
    mkdirSync(join(folder, 'a'));
    await until(() => refresh.mock.calls.length > 0);
    refresh.mockClear();
    writeFileSync(join(folder, 'a', '1.jpg'), 'x');
    await until(() => refresh.mock.calls.length > 0);
    refresh.mockClear();
    rmSync(join(folder, 'a', '1.jpg'));
    await until(() => refresh.mock.calls.length > 0);
  });

  it('does not hear of the index, and takes up what changed meanwhile, one after the other', async () => {
    mkdirSync(join(folder, 'index'));
    let [at, most] = [0, 0];
    const free: (() => void)[] = [];
    const refresh = vi.fn<() => Promise<void>>(async () => {
      at++;
      most = Math.max(most, at);
      if (refresh.mock.calls.length === 1) await new Promise<void>((done) => free.push(done));
      at--;
    });
    watching(folder, refresh);
    writeFileSync(join(folder, 'index', 'x.jpg'), 'x');
    writeFileSync(join(folder, '1.jpg'), 'x');
    await until(() => free.length === 1);
    writeFileSync(join(folder, '2.jpg'), 'x');
    // Long after it was heard of, the first is still at work.
    await new Promise((done) => setTimeout(done, 300));
    expect(refresh).toHaveBeenCalledTimes(1);
    free[0]?.();
    await until(() => refresh.mock.calls.length > 1 && at === 0);
    expect(most).toBe(1);
    refresh.mockClear();
    writeFileSync(join(folder, 'index', 'y.jpg'), 'x');
    await new Promise((done) => setTimeout(done, 300));
    expect(refresh).not.toHaveBeenCalled();
  });

  it('hears of a list that is replaced, and of no other file', async () => {
    const list = join(folder, 'list.csv');
    writeFileSync(list, 'path\n');
    const refresh = vi.fn(async () => {});
    watching(list, refresh);
    await until(() => refresh.mock.calls.length > 0);
    refresh.mockClear();
    writeFileSync(join(folder, 'new.csv'), 'path\n1.jpg\n');
    await new Promise((done) => setTimeout(done, 300));
    expect(refresh).not.toHaveBeenCalled();
    renameSync(join(folder, 'new.csv'), list);
    await until(() => refresh.mock.calls.length > 0);
  });

  it('hears of the files that a list names, wherever they lie, and of those of the next list', async () => {
    for (const name of ['lists', 'a', 'b']) mkdirSync(join(folder, name));
    const list = join(folder, 'lists', 'list.csv');
    const [one, two, far] = ['a/1.jpg', 'b/2.jpg', 'c/d/3.jpg'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [one, two]) writeFileSync(path, 'x');
    writeFileSync(list, 'path\n../a/1.jpg\n');
    const refresh = vi.fn(async () => {});
    watching(list, refresh);
    const heard = async (change: () => void) => {
      refresh.mockClear();
      change();
      await until(() => refresh.mock.calls.length > 0);
      // Until nothing more is heard of the same change.
      await new Promise((done) => setTimeout(done, 300));
    };
    const notHeard = async (path: string) => {
      refresh.mockClear();
      writeFileSync(path, 'other');
      await new Promise((done) => setTimeout(done, 300));
      expect(refresh).not.toHaveBeenCalled();
    };
    await heard(() => {});
    await heard(() => writeFileSync(one, 'y'));
    await notHeard(join(folder, 'a', 'unlisted.jpg'));
    await notHeard(two);
    await heard(() => writeFileSync(list, `path\n${two}\n${far}\n`));
    await notHeard(one);
    await heard(() => renameSync(one, two));
    await heard(() => mkdirSync(join(folder, 'c')));
    await heard(() => mkdirSync(join(folder, 'c', 'd')));
    await heard(() => writeFileSync(far, 'x'));
    await heard(() => rmSync(join(folder, 'c'), { recursive: true }));
    await heard(() => {
      mkdirSync(join(folder, 'c', 'd'), { recursive: true });
      writeFileSync(far, 'x');
    });
  });

  it('goes on watching when a list cannot be read', async () => {
    const list = join(folder, 'list.csv');
    writeFileSync(list, 'path\n1.jpg\n');
    const refresh = vi.fn(async () => {});
    watching(list, refresh);
    await until(() => refresh.mock.calls.length > 0);
    log.error.mockClear();
    writeFileSync(list, 'no,columns\n1,2\n');
    await until(() => log.error.mock.calls.length > 0);
    refresh.mockClear();
    writeFileSync(join(folder, '1.jpg'), 'x');
    await new Promise((done) => setTimeout(done, 100));
    writeFileSync(list, 'path\n1.jpg\n');
    await until(() => refresh.mock.calls.length > 0);
  });

  it('logs a failure and goes on, and stops what is under way when it is closed', async () => {
    let stopped = false;
    const refresh = vi
      .fn<(signal: AbortSignal) => Promise<void>>()
      .mockRejectedValueOnce(new Error('the disk is full'))
      .mockImplementationOnce(
        (signal) =>
          new Promise((done) => {
            signal.addEventListener('abort', () => {
              stopped = true;
              done();
            });
          }),
      );
    watching(folder, refresh);
    writeFileSync(join(folder, '1.jpg'), 'x');
    await until(() => log.error.mock.calls.length > 0);
    writeFileSync(join(folder, '2.jpg'), 'x');
    await until(() => refresh.mock.calls.length === 2);
    await open?.close();
    expect(stopped).toBe(true);
  });

  it('says what cannot be watched', () => {
    expect(() => watching(join(folder, 'nothing'), async () => {})).toThrow(
      expect.objectContaining({ code: 'file_unreadable' }),
    );
  });
});
