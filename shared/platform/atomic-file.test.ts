import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withFolder } from '../../test/support/data-folder.ts';
import { errorCode } from '../../test/support/error-code.ts';
import {
  assertChangeable,
  assertWritable,
  makeEmptyFolder,
  openAside,
  removeUnfinished,
  writeFileAtomic,
} from './atomic-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Root may do everything everywhere. */
const isRoot = process.getuid?.() === 0;

describe('writing a file atomically', () => {
  it('writes through no link that waits under the old, guessable name', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(folder, `.result.${process.pid}.tmp`));
    await writeFileAtomic(join(folder, 'result'), 'new');
    expect(readFileSync(join(folder, 'result'), 'utf8')).toBe('new');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('replaces a link instead of writing through it', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(folder, 'result'));
    await writeFileAtomic(join(folder, 'result'), 'new');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readFileSync(join(folder, 'result'), 'utf8')).toBe('new');
  });

  it('uses another name each time, and gives it the mode that was asked for', async () => {
    const path = join(folder, 'result');
    const files = [await openAside(path, 0o600), await openAside(path, 0o600)];
    for (const { handle } of files) await handle.close();
    expect(new Set(files.map((file) => file.path)).size).toBe(2);
    expect(statSync(files[0]?.path ?? '').mode & 0o777).toBe(0o600);
  });

  it('leaves nothing when it fails', async () => {
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken', 'file'), '');
    await expect(writeFileAtomic(join(folder, 'taken'), 'new')).rejects.toMatchObject({
      code: 'file_unwritable',
    });
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('leaves what other processes write, and removes what killed ones have left', async () => {
    const living = `.a.${process.pid}.0123456789ab.tmp`;
    for (const name of [living, '.a.999999999.0123456789ab.tmp', '.a.999999999.tmp', 'a.tmp'])
      writeFileSync(join(folder, name), '');
    await removeUnfinished(folder);
    expect(readdirSync(folder).toSorted()).toEqual([living, 'a.tmp']);
  });
});

describe('a folder made aside', () => {
  it('replaces a link without emptying what it names', async () => {
    const victim = join(folder, 'victim');
    mkdirSync(victim);
    writeFileSync(join(victim, 'file'), 'precious');
    symlinkSync(victim, join(folder, 'aside'));
    await makeEmptyFolder(join(folder, 'aside'));
    writeFileSync(join(folder, 'aside', 'file'), 'new');
    expect(readFileSync(join(victim, 'file'), 'utf8')).toBe('precious');
  });
});

describe('whether a file may be changed', () => {
  it('makes nothing', () => {
    assertChangeable(join(folder, 'deep', 'file'));
    expect(existsSync(join(folder, 'deep'))).toBe(false);
  });

  it.skipIf(isRoot)('calls a permission a permission', async () => {
    chmodSync(folder, 0o500);
    const denied = { code: 'file_unwritable', message: expect.stringContaining('no permission') };
    expect(() => assertChangeable(join(folder, 'deep', 'file'))).toThrow(expect.objectContaining(denied));
    await expect(writeFileAtomic(join(folder, 'file'), '')).rejects.toMatchObject(denied);
  });
});

describe('assertWritable', () => {
  it('leaves nothing where a file or folder could be made, however many folders are missing', async () => {
    await withFolder(new Map([['file', 'x']]), async (folder) => {
      for (const path of ['new', 'file', 'a/b/c']) await assertWritable(join(folder, path));
      expect(readdirSync(folder)).toEqual(['file']);
    });
  });

  it('refuses a path below a file, and names it', async () => {
    await withFolder(new Map([['file', 'x']]), async (folder) => {
      await expect(assertWritable(join(folder, 'file/a/b'))).rejects.toMatchObject({
        code: 'file_unwritable',
        message: expect.stringContaining(join(folder, 'file/a/b')),
      });
    });
  });

  it.skipIf(process.platform !== 'linux')('refuses a folder in which the system makes no files', async () => {
    expect(await errorCode(assertWritable('/proc/self/new'))).toBe('file_unwritable');
  });
});
