import { randomUUID } from 'node:crypto';
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
import { type TestServer, testServers } from './qdrant-server.ts';

const UUID = '550e8400-e29b-41d4-a716-446655440000';
const payload = (name: string) => ({ name, width: 4, height: 3, captions: [] });

/** Names of collections that only this run uses, and that are removed after it: a Qdrant may hold other things. */
function runNames() {
  const run = randomUUID().slice(0, 8);
  const used = new Set<string>();
  return {
    of: (name: string) => {
      const own = `store-${run}-${name}`;
      used.add(own);
      return own;
    },
    remove: async (store: QdrantStore) => {
      for (const name of used) await store.deleteCollection(name);
    },
  };
}

describe.each(testServers({ apiKey: 'key' }))(
  'the Qdrant client of this project, with $name',
  ({ start }) => {
    let server: TestServer;
    let store: QdrantStore;
    const names = runNames();
    beforeAll(async () => {
      server = await start();
      store = createQdrantStore(server);
    });
    afterAll(async () => {
      await names.remove(store);
      await server.close();
    });

    it('recalls the nearest images, best first, by id alone', async () => {
      const name = names.of('recall');
      await store.ensureCollection(name, 2);
      await store.upsert(name, [
        { id: 0, vector: Float32Array.of(1, 0), payload: payload('a.jpg') },
        { id: 1, vector: [0.6, 0.8], payload: payload('b.jpg') },
        { id: 2, vector: [0, 1], payload: payload('c.jpg') },
      ]);
      const found = await store.recall(name, [0, 1], 2);
      const some = await store.recall(name, [1, 0], 1, { payload: ['name', 'metadata.alike'] });
      expect(some.map(({ payload: part }) => part)).toEqual([{ name: 'a.jpg' }]);
      expect(found).toEqual([
        { id: 2, score: expect.closeTo(1, 5) },
        { id: 1, score: expect.closeTo(0.8, 5) },
      ]);
      const filter = { must: [{ key: 'name', match: { value: 'a.jpg' } }] };
      expect((await store.recall(name, [0, 1], 2, { filter })).map(({ id }) => id)).toEqual([0]);
    });

    it('creates a collection once, and refuses one of other dimensions', async () => {
      await Promise.all([
        store.ensureCollection(names.of('once'), 3),
        store.ensureCollection(names.of('once'), 3),
      ]);
      expect(await store.collectionInfo(names.of('once'))).toEqual({
        points: 0,
        dimensions: 3,
        distance: 'Cosine',
        captions: false,
        indexed: 0,
        status: 'green',
      });
      await expect(store.ensureCollection(names.of('once'), 3, { captions: true })).rejects.toMatchObject({
        code: 'conflict',
      });
      await store.deleteCollection(names.of('dot'));
      await server.client.createCollection(names.of('dot'), { vectors: { size: 3, distance: 'Dot' } });
      await expect(store.ensureCollection(names.of('dot'), 3)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('compared by Dot'),
      });
      await expect(store.ensureCollection(names.of('once'), 4)).rejects.toMatchObject({ code: 'conflict' });
      expect(await store.deleteCollection(names.of('once'))).toBe(true);
      expect(await store.collectionInfo(names.of('once'))).toBeUndefined();
    });

    it('finds points by the words of their captions, among those of other queries, too', async () => {
      const name = names.of('captions');
      await store.ensureCollection(name, 2, { captions: true });
      await store.ensureCollection(name, 2, { captions: true });
      const terms = (indices: number[], values: number[]) => ({ indices, values });
      const points = [
        { id: 0, vector: [1, 0], payload: {}, captions: terms([3, 9], [1, 2]) },
        { id: 1, vector: [0, 1], payload: {}, captions: terms([3], [4]) },
        { id: 2, vector: [0.6, 0.8], payload: {} },
      ];
      await store.upsert(name, points);
      expect((await store.collectionInfo(name))?.captions).toBe(true);
      const query = terms([3], [1]);
      expect(await store.recall(name, query, 5)).toEqual([
        { id: 1, score: 4 },
        { id: 0, score: 1 },
      ]);
      const near = await store.recall(name, [1, 0], 5, { among: [{ query, limit: 1 }], exact: true });
      expect(near.map(({ id }) => id)).toEqual([1]);
      const among = [
        { query: [1, 0], limit: 1 },
        { query, limit: 1 },
      ];
      const told = await store.recall(name, terms([9], [1]), 5, { among, exact: true });
      expect(told[0]).toMatchObject({ id: 0, score: 2 });
      const read = await store.retrieve(name, [0, 2], { withVector: true });
      const captions = new Map(read.map((point) => [point.id, point.captions]));
      expect(captions.get(0)).toEqual(terms([3, 9], [1, 2]));
      expect(captions.get(2)).toBeUndefined();
    });

    it('reads points by pages and by ids, counts and deletes them', async () => {
      const name = names.of('pages');
      await store.ensureCollection(name, 2);
      const points = Array.from({ length: 7 }, (_, id) => ({ id, vector: [1, id], payload: { n: id } }));
      await store.upsert(name, points);
      await store.upsert(name, points);
      await store.upsert(name, []);
      expect(await store.listIds(name, { limit: 3 })).toEqual({ ids: [0, 1, 2], next: 3 });
      expect(await store.listIds(name, { limit: 3, from: 3 })).toEqual({ ids: [3, 4, 5], next: 6 });
      expect(await store.listIds(name, { limit: 3, from: 6 })).toEqual({ ids: [6], next: null });
      const [bare] = await store.retrieve(name, [3], { withPayload: false });
      expect([bare?.payload ?? null, bare?.vector]).toEqual([null, undefined]);
      const [third] = await store.retrieve(name, [3], { withVector: true });
      expect(third?.payload).toEqual({ n: 3 });
      expect(third?.vector?.[1]).toBeCloseTo(3 / Math.sqrt(10), 5);
      expect(await store.retrieve(name, [99])).toEqual([]);
      await server.client.upsert(name, { wait: true, points: [{ id: UUID, vector: [1, 0] }] });
      expect(await store.listIds(name, { from: 6 })).toEqual({ ids: [6, UUID], next: null });
      await store.deletePoints(name, [0, 1, UUID]);
      expect(await store.count(name)).toBe(5);
      expect(await store.count(name, { filter: { must: [{ key: 'n', range: { gte: 5 } }] } })).toBe(2);
    });

    it('reports what is missing, and refused requests', async () => {
      await expect(store.recall(names.of('nothing'), [1], 1)).rejects.toMatchObject({ code: 'not_found' });
      await store.ensureCollection(names.of('narrow'), 2);
      await expect(store.recall(names.of('narrow'), [1, 2, 3], 1)).rejects.toMatchObject({
        code: 'request_invalid',
      });
    });

    it('is refused with another key', async ({ skip }) => {
      skip(server.apiKey === undefined, 'this Qdrant takes requests without a key');
      const stranger = createQdrantStore({ url: server.url, apiKey: 'wrong' });
      await expect(stranger.recall(names.of('recall'), [1, 0], 1)).rejects.toMatchObject({
        code: 'unauthorized',
        hint: expect.stringContaining('QDRANT_API_KEY'),
      });
    });
  },
);

describe.each(testServers({ apiKey: 'key' }))('$name as recall and payloads of a search', ({ start }) => {
  let server: TestServer;
  let store: QdrantStore;
  const names = runNames();
  const query = (collection: string) =>
    ({ collection, images: 2, coarse: Float32Array.of(0, 1) }) as unknown as EncodedQuery;
  const call = { requestId: 'r-1', signal: new AbortController().signal };

  beforeAll(async () => {
    server = await start();
    store = createQdrantStore(server);
    await store.ensureCollection(names.of('images'), 2);
    await store.upsert(names.of('images'), [
      { id: 0, vector: [1, 0], payload: payload('a.jpg') },
      { id: 1, vector: [0, 1], payload: payload('b.jpg') },
    ]);
  });
  afterAll(async () => {
    await names.remove(store);
    await server.close();
  });

  it.each([
    [0, 100, { exact: true }],
    [100_000, 1000, { exact: true }],
    [100_001, 100, { beam: 512 }],
    [5_000_000, 1000, { beam: 2000 }],
  ])(
    'compares every vector of %i images, or searches the HNSW index wide enough for %i',
    async (images, limit, accuracy) => {
      const recall = vi.fn<QdrantStore['recall']>(async () => []);
      await qdrantRecall({ recall }).nearest({ ...query(names.of('images')), images }, limit, call);
      expect(recall).toHaveBeenCalledWith(names.of('images'), [0, 1], limit, {
        ...accuracy,
        ...call,
        timeoutMs: undefined,
      });
    },
  );

  it('says so in its requests, which the database takes', async () => {
    const name = names.of('images');
    const bodies: unknown[] = [];
    const seen = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      bodies.push(await new Request(input, init).json());
      return Response.json({ result: { points: [] }, status: 'ok', time: 0 });
    });
    try {
      await store.recall(name, [0, 1], 1, { exact: true });
      await store.recall(name, [0, 1], 1, { beam: 700 });
      await store.recall(name, [0, 1], 1);
    } finally {
      seen.mockRestore();
    }
    expect(bodies.map((body) => (body as { params?: unknown }).params)).toEqual([
      { exact: true },
      { hnsw_ef: 700 },
      undefined,
    ]);
    for (const accuracy of [{ exact: true }, { beam: 700 }]) {
      expect(await store.recall(name, [0, 1], 1, accuracy)).toMatchObject([{ id: 1 }]);
    }
  });

  it('makes collections with a dense graph', async () => {
    const { config } = await server.client.getCollection(names.of('images'));
    expect(config.hnsw_config).toMatchObject({ m: 32, ef_construct: 128 });
  });

  it('finds ids and cosines, then payloads by id; those that are not there are left out', async () => {
    expect(await qdrantRecall(store).nearest(query(names.of('images')), 5, call)).toEqual([
      { id: 1, coarse: expect.closeTo(1, 5) },
      { id: 0, coarse: expect.closeTo(0, 5) },
    ]);
    const found = await qdrantPayloads(store).read(query(names.of('images')), [1, 7, 0], call);
    expect([...found].sort(([a], [b]) => a - b)).toEqual([
      [0, payload('a.jpg')],
      [1, payload('b.jpg')],
    ]);
  });

  it('names the groups of images that look alike if the search collapses them', async () => {
    const name = names.of('alike');
    await store.ensureCollection(name, 2);
    await store.upsert(name, [
      { id: 0, vector: [1, 0], payload: { ...payload('a.jpg'), metadata: { alike: 'a.jpg', bytes: 1 } } },
      { id: 1, vector: [0.6, 0.8], payload: { ...payload('b.jpg'), metadata: { alike: 7 } } },
      { id: 2, vector: [0, 1], payload: payload('c.jpg') },
    ]);
    const groups = async (grouped: boolean) =>
      (await qdrantRecall(store).nearest({ ...query(name), grouped }, 3, call)).map(({ id, group }) => [
        id,
        group,
      ]);
    expect(await groups(true)).toEqual([
      [2, undefined],
      [1, undefined],
      [0, 'a.jpg'],
    ]);
    expect(await groups(false)).toEqual([2, 1, 0].map((id) => [id, undefined]));
  });

  it('tell that a collection is gone, and make every other refusal one of recall', async () => {
    const stranger = createQdrantStore({ url: server.url, apiKey: 'wrong' });
    const strangers =
      server.apiKey === undefined ? [] : ([[stranger, 'images', 'recall_unavailable']] as const);
    for (const [from, name, code] of [[store, 'nothing', 'not_found'] as const, ...strangers]) {
      const collection = names.of(name);
      await expect(qdrantRecall(from).nearest(query(collection), 1, call)).rejects.toMatchObject({ code });
      await expect(qdrantPayloads(from).read(query(collection), [0], call)).rejects.toMatchObject({ code });
    }
    const long = { ...query(names.of('images')), coarse: new Float32Array(3) };
    await expect(qdrantRecall(store).nearest(long, 1, call)).rejects.toMatchObject({
      code: 'recall_unavailable',
    });
  });

  it('refuse images that are none: a collection of something else', async () => {
    const name = names.of('strange');
    await store.ensureCollection(name, 2);
    await store.upsert(name, [{ id: 0, vector: [1, 0], payload: { title: 'no image' } }]);
    await expect(qdrantPayloads(store).read(query(name), [0], call)).rejects.toMatchObject({
      code: 'recall_unavailable',
      message: expect.stringContaining('payload'),
    });
  });

  it('are given up with their caller, or when their time is over', async () => {
    const gone = { ...call, signal: AbortSignal.abort() };
    await expect(qdrantRecall(store).nearest(query(names.of('images')), 1, gone)).rejects.toMatchObject({
      code: 'cancelled',
    });
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const late = createQdrantStore({ url: `http://127.0.0.1:${port}` });
    await expect(qdrantRecall(late, 50).nearest(query(names.of('images')), 1, call)).rejects.toMatchObject({
      code: 'timeout',
    });
    await expect(qdrantPayloads(late, 50).read(query(names.of('images')), [1], call)).rejects.toMatchObject({
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
    ['a full disk', 507, '{"status":{"error":"full"}}', 'file_unwritable'],
  ])('that answers with %s', async (_, status, body, code) => {
    const store = await over((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await expect(store.recall('c', [1], 1)).rejects.toMatchObject({ code });
  });

  it.each([
    ['a page', 200, 'text/html', '<h1>hello</h1>'],
    ['a page that calls itself JSON', 200, 'application/json', '<h1>hello</h1>'],
    ['JSON of something else', 200, 'application/json', '{"hello":1}'],
    ['a page that is not found', 404, 'text/html', '<h1>not found</h1>'],
    ['JSON for what is not found', 404, 'application/json', '{"error":"not found"}'],
    ['nothing for what is not found', 404, 'text/plain', ''],
    ['a method that is not allowed', 405, 'text/html', 'no'],
    ['a bad request', 400, 'application/problem+json', '{"title":"bad"}'],
  ])('that is another program, which answers with %s', async (_, status, type, body) => {
    const store = await over((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    const refusal = {
      code: 'recall_unavailable',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ does not answer like a Qdrant/),
      hint: expect.stringContaining('QDRANT_URL'),
    };
    await expect(store.recall('c', [1], 1)).rejects.toMatchObject(refusal);
    await expect(store.listCollections()).rejects.toMatchObject(refusal);
    await expect(store.collectionInfo('c')).rejects.toMatchObject(refusal);
    await expect(store.upsert('c', [{ id: 1, vector: [1], payload: {} }])).rejects.toMatchObject(refusal);
  });

  it('that stopped indexing is woken by settings without a value', async () => {
    const requests: unknown[] = [];
    const store = await over((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => {
        body += String(piece);
      });
      request.on('end', () => {
        requests.push([request.method, request.url, body]);
        const vectors = { size: 2, distance: 'Cosine' };
        const result =
          request.method === 'GET'
            ? {
                status: requests.length === 1 ? 'grey' : 'red',
                optimizer_status: requests.length === 1 ? 'ok' : { error: 'no space' },
                points_count: 9,
                indexed_vectors_count: 3,
                config: { params: { vectors } },
              }
            : true;
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ result, status: 'ok', time: 0 }));
      });
    });
    expect(await store.collectionInfo('c')).toMatchObject({ status: 'grey', points: 9, indexed: 3 });
    await store.wakeCollection('c');
    expect(requests[1]).toEqual(['PATCH', '/collections/c', '{"optimizers_config":{}}']);
    expect(await store.collectionInfo('c')).toMatchObject({ status: 'red', problem: 'no space' });
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
