import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/index.ts';
import { createQdrantLocal, type QdrantLocal } from '../../workers/qdrant-local/index.ts';
import { smallStore } from './small-store.ts';

/** What qdrant-local does with files that are not as it left them, and how it leaves them. */
describe('files of qdrant-local that', () => {
  const store = smallStore();
  const { ask, count, upsert } = store;

  const code = (error: string) => expect.objectContaining({ name: 'AppError', code: error });

  it('another server uses', async () => {
    await expect(createQdrantLocal({ path: store.path })).rejects.toEqual(code('conflict'));
    // The other server is not affected.
    expect(await upsert({ id: 1, vector: [1, 2, 3] })).toMatchObject({ status: 200 });
  });

  it('are not SQLite', async () => {
    const other = join(store.folder, 'other');
    writeFileSync(other, 'not a database at all, '.repeat(100));
    await expect(createQdrantLocal({ path: other })).rejects.toEqual(code('store_damaged'));
    expect(readFileSync(other, 'utf8')).toMatch(/^not a database/);
  });

  it('belong to another program', async () => {
    const other = join(store.folder, 'other.sqlite');
    const database = new DatabaseSync(other);
    database.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    database.close();
    await expect(createQdrantLocal({ path: other })).rejects.toEqual(code('store_damaged'));
  });

  it.each([
    ['have another version', 'PRAGMA user_version = 2'],
    ['lack a table', 'DROP TABLE aliases'],
    ['lack a column', 'ALTER TABLE collections DROP COLUMN indexes'],
    ['lack the points of a collection', 'DROP TABLE points_1'],
  ])('%s', async (_what, sql) => {
    await ask('POST', '/collections/aliases', {
      actions: [{ create_alias: { alias_name: 'a', collection_name: 'c' } }],
    });
    store.close();
    const database = new DatabaseSync(store.path);
    database.exec(sql);
    database.close();
    await expect(createQdrantLocal({ path: store.path })).rejects.toEqual(code('store_damaged'));
  });

  it('are folders', async () => {
    await expect(createQdrantLocal({ path: store.folder })).rejects.toEqual(code('file_unreadable'));
  });

  it('are damaged, naming the point', async () => {
    for (let id = 1; id <= 5; id++)
      await upsert({ id, vector: [id, 2, 3], payload: { text: `payload-${id}` } });
    store.close();
    const bytes = readFileSync(store.path);
    const at = bytes.lastIndexOf('payload-3');
    bytes[at + 2] = 0x21;
    writeFileSync(store.path, bytes);
    await store.open();
    expect(await ask('POST', '/collections/c/points/count', {})).toMatchObject({
      status: 500,
      error: expect.stringMatching(/point 3.*do not match their checksum/),
    });
  });

  it('are cut off, or damaged in a page that nothing reads at first', async () => {
    for (let id = 1; id <= 5; id++) {
      await upsert({ id, vector: [id, 2, 3], payload: { text: 'x'.repeat(15_000) } });
    }
    // A collection with an alias is read when the store is opened.
    await ask('POST', '/collections/aliases', {
      actions: [{ create_alias: { alias_name: 'a', collection_name: 'c' } }],
    });
    await ask('PUT', '/collections/unread', { vectors: { size: 3, distance: 'Dot' } });
    store.close();
    const bytes = readFileSync(store.path);
    const cut = join(store.folder, 'cut.sqlite');
    const outcome = async () => {
      const opened = await createQdrantLocal({ path: cut }).catch((error: unknown) => error);
      if ('close' in (opened as object)) (opened as QdrantLocal).close();
      return opened instanceof AppError ? opened.code : opened;
    };
    for (const length of [100, 16_384, bytes.length - 3 * 16_384, bytes.length - 16_384]) {
      copyFileSync(store.path, cut);
      truncateSync(cut, length);
      expect([length, await outcome()]).toEqual([length, 'store_damaged']);
    }
    // The head of the last page, of the collection without an alias.
    writeFileSync(cut, bytes.fill(0xff, bytes.length - 16_384, bytes.length - 16_376));
    expect(await outcome()).toBe('store_damaged');
    await store.open();
  });

  it('others could read are not made', async () => {
    await upsert({ id: 1, vector: [1, 2, 3] });
    for (const name of [store.path, `${store.path}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  it('leaves no log behind when it closes', async () => {
    await upsert({ id: 1, vector: [1, 2, 3] });
    store.close();
    expect(existsSync(`${store.path}-wal`)).toBe(false);
    await store.open();
    expect(await count()).toEqual({ count: 1 });
  });
});
