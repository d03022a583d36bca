import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EncodedQuery } from '../../shared/search/ports.ts';
import {
  createQdrantStore,
  type QdrantStore,
  qdrantPayloads,
  qdrantRecall,
} from '../../workers/clients/index.ts';
import { startTestServer, type TestServer } from './qdrant-server.ts';

const payload = (name: string) => ({ name, width: 4, height: 3, captions: [] });

describe('the Qdrant client of this project', () => {
  let server: TestServer;
  let store: QdrantStore;
  beforeAll(async () => {
    server = await startTestServer({ apiKey: 'key' });
    store = createQdrantStore({ url: server.url, apiKey: 'key' });
  });
  afterAll(() => server.close());

  it('recalls the nearest images, best first, by id alone', async () => {
    await store.ensureCollection('recall', 2);
    await store.upsert('recall', [
      { id: 0, vector: Float32Array.of(1, 0), payload: payload('a.jpg') },
      { id: 1, vector: [0.6, 0.8], payload: payload('b.jpg') },
      { id: 2, vector: [0, 1], payload: payload('c.jpg') },
    ]);
    const found = await store.recall('recall', [0, 1], 2);
    expect(found).toEqual([
      { id: 2, score: expect.closeTo(1, 5) },
      { id: 1, score: expect.closeTo(0.8, 5) },
    ]);
    const filter = { must: [{ key: 'name', match: { value: 'a.jpg' } }] };
    expect((await store.recall('recall', [0, 1], 2, { filter })).map(({ id }) => id)).toEqual([0]);
  });

  it('creates a collection once, and refuses one of other dimensions', async () => {
    await Promise.all([store.ensureCollection('once', 3), store.ensureCollection('once', 3)]);
    expect(await store.collectionInfo('once')).toEqual({ points: 0, dimensions: 3 });
    await expect(store.ensureCollection('once', 4)).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.deleteCollection('once')).toBe(true);
    expect(await store.collectionInfo('once')).toBeUndefined();
  });

  it('switches aliases, new and existing ones', async () => {
    for (const name of ['old', 'new']) await store.ensureCollection(name, 2);
    await store.switchAliases([{ alias: 'current', collection: 'old' }]);
    await store.switchAliases([
      { alias: 'current', collection: 'new' },
      { alias: 'other', collection: 'old' },
      { alias: 'never there', collection: null },
    ]);
    expect(await store.listAliases()).toEqual(
      new Map([
        ['current', 'new'],
        ['other', 'old'],
      ]),
    );
    await store.switchAliases([{ alias: 'other', collection: null }]);
    expect([...(await store.listAliases()).keys()]).toEqual(['current']);
  });

  it('reads points by pages and by ids, counts and deletes them', async () => {
    await store.ensureCollection('pages', 2);
    const points = Array.from({ length: 7 }, (_, id) => ({ id, vector: [1, id], payload: { n: id } }));
    await store.upsert('pages', points);
    await store.upsert('pages', points);
    await store.upsert('pages', []);
    const pages: number[][] = [];
    for await (const page of store.scroll('pages', { page: 3 })) pages.push(page.map(({ id }) => id));
    expect(pages).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    const [third] = await store.retrieve('pages', [3], { withVector: true });
    expect(third?.payload).toEqual({ n: 3 });
    expect(third?.vector?.[1]).toBeCloseTo(3 / Math.sqrt(10), 5);
    expect(await store.retrieve('pages', [99])).toEqual([]);
    await store.deletePoints('pages', [0, 1]);
    expect(await store.count('pages')).toBe(5);
    expect(await store.count('pages', { filter: { must: [{ key: 'n', range: { gte: 5 } }] } })).toBe(2);
  });

  it('reports what is missing, and refused requests', async () => {
    await expect(store.recall('nothing', [1], 1)).rejects.toMatchObject({ code: 'not_found' });
    await store.ensureCollection('narrow', 2);
    await expect(store.recall('narrow', [1, 2, 3], 1)).rejects.toMatchObject({ code: 'request_invalid' });
    const stranger = createQdrantStore({ url: server.url, apiKey: 'wrong' });
    await expect(stranger.recall('recall', [1, 0], 1)).rejects.toMatchObject({
      code: 'unauthorized',
      hint: expect.stringContaining('QDRANT_API_KEY'),
    });
  });
});

describe('Qdrant as recall and payloads of a search', () => {
  let server: TestServer;
  let store: QdrantStore;
  const query = (collection: string) =>
    ({ collection, images: 2, coarse: Float32Array.of(0, 1) }) as unknown as EncodedQuery;
  const call = { requestId: 'r-1', signal: new AbortController().signal };

  beforeAll(async () => {
    server = await startTestServer({ apiKey: 'key' });
    store = createQdrantStore({ url: server.url, apiKey: 'key' });
    await store.ensureCollection('images', 2);
    await store.upsert('images', [
      { id: 0, vector: [1, 0], payload: payload('a.jpg') },
      { id: 1, vector: [0, 1], payload: payload('b.jpg') },
    ]);
  });
  afterAll(() => server.close());

  it.each([
    [0, 100, { exact: true }],
    [100_000, 1000, { exact: true }],
    [100_001, 100, { beam: 512 }],
    [5_000_000, 1000, { beam: 2000 }],
  ])(
    'compares every vector of %i images, or searches the HNSW index wide enough for %i',
    async (images, limit, accuracy) => {
      const recall = vi.fn<QdrantStore['recall']>(async () => []);
      await qdrantRecall({ recall }).nearest({ ...query('images'), images }, limit, call);
      expect(recall).toHaveBeenCalledWith('images', [0, 1], limit, {
        ...accuracy,
        ...call,
        timeoutMs: undefined,
      });
    },
  );

  it('says so in its requests, which the database takes', async () => {
    const bodies: unknown[] = [];
    const seen = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      bodies.push(await new Request(input, init).json());
      return Response.json({ result: { points: [] }, status: 'ok', time: 0 });
    });
    try {
      await store.recall('images', [0, 1], 1, { exact: true });
      await store.recall('images', [0, 1], 1, { beam: 700 });
      await store.recall('images', [0, 1], 1);
    } finally {
      seen.mockRestore();
    }
    expect(bodies.map((body) => (body as { params?: unknown }).params)).toEqual([
      { exact: true },
      { hnsw_ef: 700 },
      undefined,
    ]);
    for (const accuracy of [{ exact: true }, { beam: 700 }]) {
      expect(await store.recall('images', [0, 1], 1, accuracy)).toMatchObject([{ id: 1 }]);
    }
  });

  it('finds ids and cosines, then payloads by id; those that are not there are left out', async () => {
    expect(await qdrantRecall(store).nearest(query('images'), 5, call)).toEqual([
      { id: 1, coarse: expect.closeTo(1, 5) },
      { id: 0, coarse: expect.closeTo(0, 5) },
    ]);
    const found = await qdrantPayloads(store).read(query('images'), [1, 7, 0], call);
    expect([...found].sort(([a], [b]) => a - b)).toEqual([
      [0, payload('a.jpg')],
      [1, payload('b.jpg')],
    ]);
  });

  it('tell that a collection is gone, and make every other refusal one of recall', async () => {
    const stranger = createQdrantStore({ url: server.url, apiKey: 'wrong' });
    for (const [from, collection, code] of [
      [store, 'nothing', 'not_found'],
      [stranger, 'images', 'recall_unavailable'],
    ] as const) {
      await expect(qdrantRecall(from).nearest(query(collection), 1, call)).rejects.toMatchObject({ code });
      await expect(qdrantPayloads(from).read(query(collection), [0], call)).rejects.toMatchObject({ code });
    }
    const long = { ...query('images'), coarse: new Float32Array(3) };
    await expect(qdrantRecall(store).nearest(long, 1, call)).rejects.toMatchObject({
      code: 'recall_unavailable',
    });
  });

  it('refuse images that are none: a collection of something else', async () => {
    await store.ensureCollection('strange', 2);
    await store.upsert('strange', [{ id: 0, vector: [1, 0], payload: { title: 'no image' } }]);
    await expect(qdrantPayloads(store).read(query('strange'), [0], call)).rejects.toMatchObject({
      code: 'recall_unavailable',
      message: expect.stringContaining('payload'),
    });
  });

  it('are given up with their caller, or when their time is over', async () => {
    const gone = { ...call, signal: AbortSignal.abort() };
    await expect(qdrantRecall(store).nearest(query('images'), 1, gone)).rejects.toMatchObject({
      code: 'cancelled',
    });
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const late = createQdrantStore({ url: `http://127.0.0.1:${port}` });
    await expect(qdrantRecall(late, 50).nearest(query('images'), 1, call)).rejects.toMatchObject({
      code: 'timeout',
    });
    await expect(qdrantPayloads(late, 50).read(query('images'), [1], call)).rejects.toMatchObject({
      code: 'timeout',
    });
    silent.closeAllConnections();
    silent.close();
  });
});

describe('a Qdrant with a fault', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close().closeAllConnections();
  });

  /** A store on a server that responds in its own way. */
  async function over(listener: RequestListener, options: object = {}): Promise<QdrantStore> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return createQdrantStore({ url: `http://127.0.0.1:${port}`, retries: 0, ...options });
  }

  it.each([
    ['a page', 200, '<h1>hello</h1>', 'recall_unavailable'],
    ['JSON of something else', 200, '{"hello":1}', 'recall_unavailable'],
    ['nothing', 200, '', 'recall_unavailable'],
    ['a fault', 500, '{"status":{"error":"broken"}}', 'recall_unavailable'],
    ['too many requests', 429, '{}', 'overloaded'],
    ['a body that is too large', 413, '{}', 'request_too_large'],
  ])('that answers with %s', async (_, status, body, code) => {
    const store = await over((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await expect(store.recall('c', [1], 1)).rejects.toMatchObject({ code });
  });

  it('that closes the connection', async () => {
    const store = await over((request) => request.socket.destroy());
    await expect(store.recall('c', [1], 1)).rejects.toMatchObject({ code: 'recall_unavailable' });
  });

  it('that never responds: the caller continues, and the request is aborted', async () => {
    const { promise: brokenOff, resolve } = Promise.withResolvers<void>();
    const store = await over((request) => request.socket.once('close', () => resolve()));
    await expect(store.recall('c', [1], 1, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
    await brokenOff;
  });

  it('that works at the second attempt', async () => {
    let asked = 0;
    const store = await over(
      (_request, response) => {
        asked++;
        const ok = { result: { points: [] }, status: 'ok', time: 0 };
        response
          .writeHead(asked === 1 ? 503 : 200, { 'content-type': 'application/json' })
          .end(JSON.stringify(ok));
      },
      { retries: 1, backoffMs: 1 },
    );
    expect(await store.recall('c', [1], 1)).toEqual([]);
    expect(asked).toBe(2);
  });
});
