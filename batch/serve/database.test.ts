import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { type DatabaseOptions, startDatabase } from './database.ts';

/** A thread starts slowly on a busy machine. */
const TIMEOUT = 60_000;
const MORTAL = new URL('../../test/runtime/dying-database.ts', import.meta.url);

describe('startDatabase', { timeout: TIMEOUT }, () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gsmn-database-'));
    path = join(folder, 'qdrant.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const start = (options: Partial<DatabaseOptions> = {}) =>
    startDatabase({ path, port: 0, log: silent, ...options });

  it('serves from its thread until it is closed', async () => {
    const database = await start({ apiKey: 'key' });
    const store = createQdrantStore({ url: database.url, apiKey: 'key' });
    await store.ensureCollection('things', 2);
    expect((await fetch(`${database.url}/collections`)).status).toBe(401);
    await database.close();
    await database.close();
    expect(await database.ended).toBeUndefined();
    await expect(fetch(database.url)).rejects.toThrow();
    const again = await start();
    expect(await createQdrantStore({ url: again.url }).listCollections()).toEqual(['things']);
    await again.close();
  });

  it.each([
    ['ends by itself', 'exit', { end: 'exit code 7' }],
    ['fails', 'something broke', { end: 'something broke' }],
    ['hangs', 'hang', { url: expect.stringContaining('http') }],
  ])('starts again on the same port when its thread %s', async (_, death, warning) => {
    const warned = Promise.withResolvers<object>();
    const database = await start({
      program: MORTAL,
      // So that it is not taken for hanging while it starts.
      probeTimes: { pauseMs: 10, timeoutMs: 5000, misses: 2 },
      log: { ...silent, warn: (fields) => warned.resolve(fields) },
    });
    const store = createQdrantStore({ url: database.url });
    await store.ensureCollection('things', 2);
    await store.upsert('things', [{ id: 1, vector: [1, 0], payload: {} }]);
    const channel = new BroadcastChannel(path);
    channel.postMessage(death);
    channel.close();
    expect(await warned.promise).toMatchObject(warning);
    await expect
      .poll(
        () =>
          fetch(`${database.url}/readyz`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: TIMEOUT },
      )
      .toBe(200);
    expect(await store.count('things')).toBe(1);
    await database.close();
  });

  it('fails with the error of the store, as it was', async () => {
    writeFileSync(path, 'not a database, '.repeat(100));
    await expect(start()).rejects.toMatchObject({
      name: 'AppError',
      code: 'store_damaged',
      message: expect.stringContaining(path),
      hint: expect.any(String),
    });
  });

  it('reports the faults of its thread', async () => {
    const first = await start();
    const store = createQdrantStore({ url: first.url });
    await store.ensureCollection('things', 2);
    await store.upsert('things', [{ id: 3, vector: [1, 0], payload: { text: 'payload-3' } }]);
    await first.close();
    const bytes = readFileSync(path);
    bytes[bytes.lastIndexOf('payload-3') + 2] = 0x21;
    writeFileSync(path, bytes);

    const faults: object[] = [];
    const second = await start({ log: { ...silent, error: (fields) => faults.push(fields) } });
    const body = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await fetch(`${second.url}/collections/things/points/count`, body)).status).toBe(500);
    // What the thread reported came before it ended.
    await second.close();
    expect(faults).toMatchObject([
      { err: { name: 'AppError', code: 'store_damaged', message: expect.stringContaining('point 3') } },
    ]);
  });
});
