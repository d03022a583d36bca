import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createQdrantLocal, type QdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { clientOf, startTestServer, temporaryFolder } from './qdrant-server.ts';

/** Responses of qdrant-local to wrong requests and files: in its own words, so not part of the contract. */
describe('qdrant-local refuses', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let local: QdrantLocal;

  beforeEach(async () => {
    folder = temporaryFolder();
    path = join(folder.path, 'store.sqlite');
    local = await createQdrantLocal({ path, maxBodyBytes: 20_000, maxLimit: 100, maxPoints: 5 });
    await ask('PUT', '/collections/c', { vectors: { size: 3, distance: 'Dot' } });
  });
  afterEach(() => {
    local.close();
    folder.remove();
  });

  async function ask(method: string, at: string, body?: unknown) {
    const response = await local.app.request(at, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { result?: unknown; status: unknown; time: number };
    const error = (answer.status as { error?: string }).error;
    return { status: response.status, error, result: answer.result };
  }
  const count = async () => (await ask('POST', '/collections/c/points/count', {})).result;
  const upsert = (...points: unknown[]) => ask('PUT', '/collections/c/points?wait=true', { points });
  const filtered = (filter: unknown) => ask('POST', '/collections/c/points/count', { filter });

  it.each([
    ['a short vector', { id: 7, vector: [1, 2] }, /point 7.*2 dimensions.*expects 3/],
    ['an infinite number', '{"id": 7, "vector": [1, 2, 1e999]}', /points\[1\] \(id 7\).*number at 2/],
    ['more than float32 can hold', { id: 7, vector: [1, 2, 1e39] }, /\(id 7\).*number at 2.*float32/],
    ['null in a vector', { id: 7, vector: [1, Number.NaN, 3] }, /\(id 7\).*at 1.*null/],
    ['text in a vector', { id: 7, vector: ['1', 2, 3] }, /\(id 7\).*at 0/],
    ['many vectors at once', { id: 7, vector: [[1, 2, 3]] }, /multivectors/],
    ['an unknown vector name', { id: 7, vector: { x: [1, 2, 3] } }, /point 7.*no vector called x/],
    ['a negative id', { id: -1, vector: [1, 2, 3] }, /-1.*not a point id/],
    ['a fraction as id', { id: 1.5, vector: [1, 2, 3] }, /1\.5.*not a point id/],
    ['text as id', { id: 'cat', vector: [1, 2, 3] }, /cat.*not a point id/],
    [
      'an id of 65 bits',
      '{"id": 18446744073709551616, "vector": [1, 2, 3]}',
      /18446744073709551616.*not a point id/,
    ],
    [
      'a payload that is not an object',
      { id: 7, vector: [1, 2, 3], payload: [1] },
      /\(id 7\).*payload.*object/,
    ],
    ['an unknown field', { id: 7, vector: [1, 2, 3], colour: 1 }, /\(id 7\).*colour/],
  ])('%s, and with it the whole request', async (_what, point, message) => {
    const text = typeof point === 'string' ? point : JSON.stringify(point);
    const answer = await ask(
      'PUT',
      '/collections/c/points',
      `{"points": [{"id": 1, "vector": [1, 2, 3]}, ${text}]}`,
    );
    expect(answer).toMatchObject({ status: 400, error: expect.stringMatching(message) });
    expect(await count()).toEqual({ count: 0 });
  });

  it.each([
    ['no JSON', '{"points": [', /not JSON/],
    ['nothing', '', /not JSON/],
    ['a list', '[]', /expected object|Invalid input/],
    [
      'deep nesting',
      `${'{"must":['.repeat(1500)}${']}'.repeat(1500)}`,
      /nested too deeply|unsupported|Unrecognized/,
    ],
  ])('a body of %s', async (_what, body, message) => {
    const answer = await ask('POST', '/collections/c/points/count', body);
    expect(answer).toMatchObject({ status: 400, error: expect.stringMatching(message) });
  });

  it('filters nested beyond the stack', async () => {
    const deep = `{"filter": ${'{"must":['.repeat(900)}{"has_id":[1]}${']}'.repeat(900)}}`;
    const answer = await ask('POST', '/collections/c/points/count', deep);
    expect([200, 400]).toContain(answer.status);
    if (answer.status === 400) expect(answer.error).toMatch(/nested too deeply/);
  });

  it.each([
    ['geo_radius', { must: [{ key: 'at', geo_radius: { center: { lon: 1, lat: 1 }, radius: 5 } }] }],
    ['text', { must: [{ key: 'at', match: { text: 'some' } }] }],
    ['no_such_thing', { must: [{ no_such_thing: 1 }] }],
    ['musst', { musst: [] }],
    ['between', { must: { key: 'a', range: { between: [1, 2] } } }],
  ])('the filter kind %s by name', async (kind, filter) => {
    expect(await filtered(filter)).toMatchObject({ status: 400, error: expect.stringContaining(kind) });
  });

  it.each([
    ['recommend', { query: { recommend: { positive: [1] } } }],
    ['dbsf', { prefetch: [{ query: [1, 2, 3] }], query: { fusion: 'dbsf' } }],
    ['prefetch', { prefetch: [{ query: [1, 2, 3] }] }],
    ['lookup_from', { query: [1, 2, 3], lookup_from: { collection: 'x' } }],
    ['limit', { query: [1, 2, 3], limit: 0 }],
  ])('the query %s', async (kind, query) => {
    const { status, error } = await ask('POST', '/collections/c/points/query', query);
    expect(status).toBe(400);
    if (kind !== 'dbsf') expect(error).toContain(kind);
    else expect(error).toContain('rrf');
  });

  it.each([
    ['sparse_vectors', { sparse_vectors: { s: {} } }],
    [
      'multivector_config',
      { vectors: { size: 3, distance: 'Dot', multivector_config: { comparator: 'max_sim' } } },
    ],
    ['distance', { vectors: { size: 3, distance: 'Hamming' } }],
    ['size', { vectors: { size: 1e6, distance: 'Dot' } }],
  ])('a collection with %s', async (what, body) => {
    expect(await ask('PUT', '/collections/d', body)).toMatchObject({
      status: 400,
      error: expect.stringContaining(what),
    });
    expect(await ask('GET', '/collections/d/exists')).toMatchObject({ result: { exists: false } });
  });

  it('requests beyond its limits', async () => {
    const vector = [1, 2, 3];
    expect(
      await ask('POST', '/collections/c/points/query', { query: vector, limit: 90, offset: 11 }),
    ).toMatchObject({
      status: 413,
      error: expect.stringMatching(/101.*100/),
    });
    expect(await ask('POST', '/collections/c/points/scroll', { limit: 101 })).toMatchObject({ status: 413 });
    expect(await upsert({ id: 1, vector, payload: { long: 'x'.repeat(20_000) } })).toMatchObject({
      status: 413,
      error: expect.stringMatching(/20000 bytes/),
    });
    const six = [1, 2, 3, 4, 5, 6].map((id) => ({ id, vector }));
    expect(await upsert(...six)).toMatchObject({ status: 413, error: expect.stringMatching(/6 points.*5/) });
    expect(await count()).toEqual({ count: 0 });
    // The same points again are not new points.
    expect(await upsert(...six.slice(0, 5))).toMatchObject({ status: 200 });
    expect(await upsert(...six.slice(0, 5))).toMatchObject({ status: 200 });
  });

  it('unknown routes', async () => {
    expect(await ask('POST', '/collections/c/snapshots')).toMatchObject({
      status: 404,
      error: expect.stringContaining('/collections/c/snapshots is not part of qdrant-local'),
    });
  });

  it('no 64-bit integer, exactly', async () => {
    const [low, high] = ['18446744073709551614', '18446744073709551615'];
    const body = `{"points": [{"id": ${high}, "vector": [1, 0, 0]}, {"id": ${low}, "vector": [2, 0, 0]}]}`;
    expect(await ask('PUT', '/collections/c/points', body)).toMatchObject({ status: 200 });
    local.close();
    local = await createQdrantLocal({ path });
    const response = await local.app.request('/collections/c/points/scroll', { method: 'POST', body: '{}' });
    const text = await response.text();
    expect(text.indexOf(low)).toBeGreaterThan(0);
    expect(text.indexOf(high)).toBeGreaterThan(text.indexOf(low));
    expect((await local.app.request(`/collections/c/points/${high}`)).status).toBe(200);
  });

  describe('files that', () => {
    const code = (error: string) => expect.objectContaining({ name: 'AppError', code: error });

    it('another server uses', async () => {
      await expect(createQdrantLocal({ path })).rejects.toEqual(code('conflict'));
      // The other server is not affected.
      expect(await upsert({ id: 1, vector: [1, 2, 3] })).toMatchObject({ status: 200 });
    });

    it('are not SQLite', async () => {
      const other = join(folder.path, 'other');
      writeFileSync(other, 'not a database at all, '.repeat(100));
      await expect(createQdrantLocal({ path: other })).rejects.toEqual(code('format_invalid'));
      expect(readFileSync(other, 'utf8')).toMatch(/^not a database/);
    });

    it('belong to another program', async () => {
      const other = join(folder.path, 'other.sqlite');
      const database = new DatabaseSync(other);
      database.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
      database.close();
      await expect(createQdrantLocal({ path: other })).rejects.toEqual(code('format_invalid'));
    });

    it('are folders', async () => {
      await expect(createQdrantLocal({ path: folder.path })).rejects.toEqual(code('file_unreadable'));
    });

    it('are damaged, naming the point', async () => {
      for (let id = 1; id <= 5; id++)
        await upsert({ id, vector: [id, 2, 3], payload: { text: `payload-${id}` } });
      local.close();
      const bytes = readFileSync(path);
      const at = bytes.lastIndexOf('payload-3');
      bytes[at + 2] = 0x21;
      writeFileSync(path, bytes);
      local = await createQdrantLocal({ path });
      expect(await ask('POST', '/collections/c/points/count', {})).toMatchObject({
        status: 500,
        error: expect.stringMatching(/point 3.*do not match their checksum/),
      });
    });

    it('are cut off', async () => {
      for (let id = 1; id <= 5; id++) {
        await upsert({ id, vector: [id, 2, 3], payload: { text: 'x'.repeat(15_000) } });
      }
      local.close();
      const cut = join(folder.path, 'cut.sqlite');
      copyFileSync(path, cut);
      truncateSync(cut, readFileSync(path).length - 3 * 16_384);
      const opened = createQdrantLocal({ path: cut }).then(async (server) => {
        const { status } = await server.app.request('/collections/c/points/count', {
          method: 'POST',
          body: '{}',
        });
        server.close();
        if (status === 500) throw Object.assign(new Error(), { name: 'AppError', code: 'format_invalid' });
        return status;
      });
      await expect(opened).rejects.toEqual(code('format_invalid'));
      local = await createQdrantLocal({ path });
    });

    it('leaves no log behind when it closes', async () => {
      await upsert({ id: 1, vector: [1, 2, 3] });
      local.close();
      expect(existsSync(`${path}-wal`)).toBe(false);
      local = await createQdrantLocal({ path });
      expect(await count()).toEqual({ count: 1 });
    });
  });

  it('requests without the key', async () => {
    const server = await startTestServer({ apiKey: 'open sesame' });
    try {
      expect((await server.client.getCollections()).collections).toEqual([]);
      for (const wrong of [undefined, 'open', 'open sesame!']) {
        await expect(clientOf(server.url, wrong).getCollections()).rejects.toMatchObject({ status: 401 });
      }
      const bearer = { headers: { authorization: 'Bearer open sesame' } };
      expect((await fetch(`${server.url}/collections`, bearer)).status).toBe(200);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('a port in use', async () => {
    const server = await startTestServer();
    try {
      const port = Number(new URL(server.url).port);
      const second = startQdrantLocal({ path: join(folder.path, 'second.sqlite'), port });
      await expect(second).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(String(port)),
      });
    } finally {
      await server.close();
    }
  });
});
