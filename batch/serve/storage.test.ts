import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  activateTiny,
  pushTinyPoints,
  type TinyGeneration,
  writeTinyGeneration,
} from '../../test/support/tiny-generation.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { IndexFolder } from '../index/index-folder.ts';
import { CommandStore } from './command-store.ts';
import { openStorage, type Storage, withStorage } from './storage.ts';

const log = { info: () => {}, warn: vi.fn(), error: () => {} };

let folder = '';
let index: IndexFolder;
const open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsmn-storage-'));
  index = new IndexFolder(join(folder, 'index'));
  log.warn.mockClear();
});
afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
  rmSync(folder, { recursive: true });
});

async function service(of = index): Promise<Storage> {
  const storage = await openStorage(of, { mayChange: true, log });
  open.push(storage);
  return storage;
}

function command(of = index, mayReplace = false): CommandStore {
  const opened = new CommandStore(of, { mayReplace, log });
  open.push(opened);
  return opened;
}

/** By a process of its own: closing a file in this one would release the locks on it. */
function copy(from: string, to: string): IndexFolder {
  execFileSync('cp', ['-r', from, to]);
  return new IndexFolder(to);
}

describe("an index's vector database", () => {
  it('is opened by one service; commands use the running one and do not end it', async () => {
    const first = await service();
    await withStorage({ index: index.path }, ({ store }) => store.ensureCollection('things', 3));
    expect(await first.store.listCollections()).toEqual(['things']);
    await expect(service()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(await first.store.listCollections()).toEqual(['things']);
    await first.close();
    expect(existsSync(index.databaseAddress)).toBe(false);
  });

  it('shows its key to its owner only', async () => {
    const storage = await service();
    expect(statSync(index.databaseAddress).mode & 0o077).toBe(0);
    const answer = await fetch(`${storage.url}/collections`);
    expect(answer.status).toBe(401);
  });

  it('is the named Qdrant if one is named', async () => {
    const storage = await openStorage(index, { qdrant: 'http://127.0.0.1:9', mayChange: true, log });
    expect(storage.url).toBe('http://127.0.0.1:9');
    expect(existsSync(index.path)).toBe(false);
  });

  it('is not opened by a command that does not use it', async () => {
    await withStorage({ index: index.path }, async () => {});
    expect(existsSync(index.path)).toBe(false);
  });
});

describe('a command and a service at the same time', () => {
  it('a service opens the database as soon as a command does not use it; the command continues on it, and after it', async () => {
    const { store } = command();
    await store.ensureCollection('before', 3);
    const started = await service();
    expect(await started.store.listCollections()).toEqual(['before']);
    await store.ensureCollection('meanwhile', 3);
    expect(await started.store.listCollections()).toEqual(['before', 'meanwhile']);
    const { url } = started;
    await started.close();
    // Calls that fail together take the database over once.
    await Promise.all([store.ensureCollection('after', 3), store.ensureCollection('later', 3)]);
    expect((await store.listCollections()).toSorted()).toEqual(['after', 'before', 'later', 'meanwhile']);
    expect(readFileSync(index.databaseAddress, 'utf8')).not.toContain(url);
  });
});

describe('an address', () => {
  it('is not used by a copy of the index', async () => {
    const original = await service();
    await original.store.ensureCollection('of the original', 3);
    const copied = copy(index.path, join(folder, 'copy'));
    const { store } = command(copied);
    await store.ensureCollection('of the copy', 3);
    expect(await original.store.listCollections()).toEqual(['of the original']);
    expect((await store.listCollections()).toSorted()).toEqual(['of the copy', 'of the original']);
  });

  it('is not used by a copy that has taken the place of the original', async () => {
    const original = await service();
    copy(index.path, join(folder, 'copy'));
    renameSync(index.path, join(folder, 'away'));
    renameSync(join(folder, 'copy'), index.path);
    await command().store.ensureCollection('of the copy', 3);
    expect(await original.store.listCollections()).toEqual([]);
  });

  it('of another database that listens there is not used, even one without a key', async () => {
    const kept = await keptAddress();
    const other = await startQdrantLocal({ path: join(folder, 'other.sqlite'), port: 0 });
    open.push(other);
    writeFileSync(index.databaseAddress, JSON.stringify({ ...kept, url: other.url }));
    await command().store.ensureCollection('things', 3);
    expect(await (await fetch(`${other.url}/collections`)).json()).toMatchObject({
      result: { collections: [] },
    });
  });

  it.each([
    'http://192.0.2.1:6333',
    'https://example.com',
    'http://127.example.com',
    'http://localhost.example:1',
  ])('beyond this machine (%s) is not used, and reported', async (url) => {
    const kept = await keptAddress();
    writeFileSync(index.databaseAddress, JSON.stringify({ ...kept, url }));
    expect(await command().store.listCollections()).toEqual([]);
    expect(log.warn).toHaveBeenCalledWith(
      expect.objectContaining({ url }),
      expect.stringContaining('not one of this machine'),
    );
  });

  it.each([
    ['where nothing listens', { url: 'http://127.0.0.1:9' }],
    ['of a process that has ended', { owner: { pid: 999_999_999, started: null, role: 'service' } }],
    ['of a process whose number another one has', { owner: { pid: 1, started: 'before', role: 'service' } }],
    ['of an older form', { version: 0 }],
  ])('%s is taken over', async (_, change) => {
    const kept = await keptAddress();
    writeFileSync(index.databaseAddress, JSON.stringify({ ...kept, ...change }));
    expect(await command().store.listCollections()).toEqual([]);
    expect(JSON.parse(readFileSync(index.databaseAddress, 'utf8'))).toMatchObject({
      version: 1,
      owner: { pid: process.pid, role: 'command' },
    });
  });

  it('that is no JSON is taken over', async () => {
    mkdirSync(index.path);
    writeFileSync(index.databaseAddress, '{');
    expect(await command().store.listCollections()).toEqual([]);
  });

  /** What a service has published, after it has ended. */
  async function keptAddress(): Promise<Record<string, unknown>> {
    const storage = await openStorage(index, { mayChange: true, log });
    const address = JSON.parse(readFileSync(index.databaseAddress, 'utf8')) as Record<string, unknown>;
    await storage.close();
    return address;
  }
});

describe('a damaged database', () => {
  let tiny: TinyGeneration;

  /** Fills the database of an index with a generation, and changes a byte of its file. */
  async function damage(position: (file: Buffer) => number): Promise<Buffer> {
    tiny = await writeTinyGeneration(index.path);
    await activateTiny(index.path, tiny.id);
    const storage = await openStorage(index, { mayChange: true, log });
    await pushTinyPoints(storage.store, tiny);
    await storage.close();
    const file = readFileSync(index.database);
    const at = position(file);
    file.fill(0xff, at, at + 64);
    writeFileSync(index.database, file);
    return file;
  }

  it.each([
    ['its header', () => 0],
    ['its schema', () => 16_384],
    ['a payload', (file: Buffer) => file.lastIndexOf('"name":"0.png"')],
  ])('in %s is set aside, and an empty one is opened', async (_, position) => {
    const damaged = await damage(position);
    const storage = await service();
    expect(await storage.store.listCollections()).toEqual([]);
    const kept = readdirSync(index.path).find((name) => name.startsWith('qdrant.sqlite.damaged-')) ?? '';
    expect(readFileSync(join(index.path, kept))).toEqual(damaged);
    expect(log.warn).toHaveBeenCalledWith(
      expect.objectContaining({ setAside: join(index.path, kept) }),
      expect.stringContaining('damaged'),
    );
  });

  it('is left where nothing may change, with a word about what repairs it', async () => {
    const damaged = await damage(() => 0);
    const refused = { code: 'store_damaged', hint: expect.stringContaining('gsmn start') };
    await expect(openStorage(index, { mayChange: false, log })).rejects.toMatchObject(refused);
    await expect(command().store.listCollections()).rejects.toMatchObject(refused);
    expect(readFileSync(index.database)).toEqual(damaged);
  });

  it('is replaced by a command that fills it', async () => {
    await damage(() => 0);
    expect(await command(index, true).store.listCollections()).toEqual([]);
  });

  it('that is whole stays', async () => {
    tiny = await writeTinyGeneration(index.path);
    await activateTiny(index.path, tiny.id);
    const first = await openStorage(index, { mayChange: true, log });
    await pushTinyPoints(first.store, tiny);
    await first.close();
    expect((await (await service()).store.listCollections()).length).toBeGreaterThan(0);
    expect(log.warn).not.toHaveBeenCalled();
  });
});
