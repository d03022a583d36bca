import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadParser, parserOf } from '../../shared/platform/parse/index.ts';
import {
  type Problem,
  problemSchema,
  RANK_LIMITS,
  rankResponseSchema,
  SEARCH_LIMITS,
} from '../../shared/schema/index.ts';
import { startRerank } from '../../workers/rerank/index.ts';
import {
  heldEngines,
  keptLog,
  startTestService,
  type TestService,
  testEngines,
} from '../support/rerank-service.ts';
import { sendRequest } from '../support/send-request.ts';

const QUERY = 'a dog runs';
/** As many candidates as given. */
function many(count: number, coarse: number | null): unknown[] {
  return Array.from({ length: count }, (_, id) => [id, coarse]);
}
/** Two of the images, with their cosines. */
const CANDIDATES = [
  [1, 0.5],
  [2, 0.25],
];

async function problem(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = problemSchema.parse(await response.json());
  expect(body.status).toBe(response.status);
  expect(body.requestId).toBe(response.headers.get('x-request-id'));
  expect(JSON.stringify(body)).not.toMatch(/ at .*\.ts:\d|node_modules/);
  return body;
}

describe('what the rerank service refuses', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ settings: { exhaustiveImages: 1200 } });
  });
  afterAll(() => service.close());

  const encode = (body: unknown, init?: Parameters<TestService['post']>[2]) =>
    service.post('/v1/encode', body, init);
  const rank = (change: object) =>
    service.post('/v1/rank', {
      query: QUERY,
      generation: service.tiny.id,
      candidates: CANDIDATES,
      limit: 10,
      ...change,
    });

  it.each([
    ['no JSON', '{"query":'],
    ['a query twice', '{"query":"a dog","query":"a cat"}'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['no query', '{}'],
    ['an empty query', '{"query":""}'],
    ['a query that is a number', '{"query":5}'],
    ['an invalid generation', '{"query":"a","generation":7}'],
    ['bytes that are not UTF-8', '\ud800{'],
  ])('to encode %s', async (_, body) => {
    const response = await encode(body);
    expect([response.status, (await problem(response)).code]).toEqual([400, 'request_invalid']);
  });

  it.each([
    ['blanks', '   \n\t ', 'query_empty'],
    ['too many characters', 'a '.repeat(501), 'query_too_long'],
    ['too many words', 'a '.repeat(SEARCH_LIMITS.queryWords + 1), 'query_too_long'],
  ])('a query of %s', async (_, query, code) => {
    for (const response of [await encode({ query }), await rank({ query })]) {
      expect(response.status).toBe(400);
      expect((await problem(response)).code).toBe(code);
    }
  });

  it('accepts the longest allowed query', async () => {
    const query = 'a '.repeat(SEARCH_LIMITS.queryWords);
    expect([(await encode({ query })).status, (await rank({ query })).status]).toEqual([200, 200]);
  });

  it.each([
    ['no images', { candidates: [] }, 400, 'request_invalid'],
    ['all images with a wrong word', { candidates: 'every' }, 400, 'request_invalid'],
    ['an image without its cosine', { candidates: [[1]] }, 400, 'request_invalid'],
    ['an image as text', { candidates: [['1', 0.5]] }, 400, 'request_invalid'],
    ['a repeated image', { candidates: [...CANDIDATES, [1, 0]] }, 400, 'request_invalid'],
    ['an image that does not exist', { candidates: [[7, 0]] }, 400, 'request_invalid'],
    ['a negative image', { candidates: [[-1, 0]] }, 400, 'request_invalid'],
    ['half an image', { candidates: [[0.5, 0]] }, 400, 'request_invalid'],
    ['an image beyond the integers', { candidates: [[1e300, 0]] }, 400, 'request_invalid'],
    ['too many images', { candidates: many(RANK_LIMITS.shortlist + 1, 0) }, 413, 'request_too_large'],
    ['too many without cosines', { candidates: many(1201, null) }, 413, 'request_too_large'],
    ['no page', { limit: undefined }, 400, 'request_invalid'],
    ['an empty page', { limit: 0 }, 400, 'request_invalid'],
    ['a page that is too large', { limit: RANK_LIMITS.page + 1 }, 400, 'request_invalid'],
    ['a page too far behind', { offset: RANK_LIMITS.depth, limit: 1 }, 413, 'request_too_large'],
    ['a cosine that is none', { candidates: [[0, 1e308]] }, 400, 'request_invalid'],
    ['a page before the first', { offset: -1 }, 400, 'request_invalid'],
    ['another generation', { generation: '0'.repeat(16) }, 409, 'generation_stale'],
    ['no generation', { generation: undefined }, 400, 'request_invalid'],
  ])('to rank %s', async (_, change, status, code) => {
    const response = await rank(change);
    expect([response.status, (await problem(response)).code]).toEqual([status, code]);
  });

  it('accepts the maximum number of images', async () => {
    // Only seven exist, but their number is not the problem.
    for (const candidates of [many(RANK_LIMITS.shortlist, 0), many(1200, null)]) {
      const refused = await rank({ candidates });
      expect([refused.status, (await problem(refused)).detail]).toEqual([
        400,
        expect.stringContaining('image 7 does not exist'),
      ]);
    }
    const last = await rank({ offset: RANK_LIMITS.depth - RANK_LIMITS.page, limit: RANK_LIMITS.page });
    expect(last.status).toBe(200);
  });

  const encoded = (change: object) => {
    const floats = (length: number, value = 0.1) =>
      Buffer.from(new Float32Array(length).fill(value).buffer).toString('base64');
    const { dimensions } = service.tiny.manifest.coarse;
    return { words: ['a', 'dog'], nodes: floats(4 * 12), coarse: floats(dimensions), ...change };
  };
  const bytes = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64');

  it('has finite scores for the largest nodes that it accepts', async () => {
    const nodes = bytes(...Array.from({ length: 4 * 12 }, (_, at) => (at % 3 === 0 ? -1e6 : 1e6)));
    const response = await rank({ query: encoded({ nodes }), candidates: 'all' });
    expect(response.status).toBe(200);
    const { images } = rankResponseSchema.parse(await response.json());
    expect(images.length).toBeGreaterThan(0);
    for (const { score, gsmn } of images) expect([score, gsmn].every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['nodes for one word too few', { words: ['a', 'dog', 'runs'] }, 'query.nodes'],
    ['nodes for one word too many', { words: ['a'] }, 'query.nodes'],
    ['no nodes', { nodes: '' }, 'query.nodes'],
    ['nodes that are not base64', { nodes: '?!' }, 'query.nodes'],
    [
      'a node that is not a number',
      { words: [], nodes: bytes(...Array(23).fill(0), Number.NaN) },
      'query.nodes',
    ],
    ['an infinite node', { words: [], nodes: bytes(...Array(23).fill(0), Infinity) }, 'query.nodes'],
    ['a node that is too large', { words: [], nodes: bytes(...Array(23).fill(0), -3e38) }, 'query.nodes'],
    ['more words than the matcher takes', { words: Array(63).fill('a'), nodes: '' }, 'query.words'],
    ['a coarse vector with a wrong length', { coarse: bytes(1) }, 'query.coarse'],
    ['a word that depends on a missing one', { dependencies: [[3, 1]] }, 'query.dependencies'],
    ['a word with a negative number', { dependencies: [[0, -1]] }, 'query.dependencies'],
    ['half a dependency', { dependencies: [[0]] }, 'query'],
    ['no words', { words: undefined }, 'query'],
  ])('to rank an encoded query with %s', async (_, change, where) => {
    const response = await rank({ query: encoded(change) });
    const { code, detail } = await problem(response);
    expect([response.status, code, detail]).toEqual([400, 'request_invalid', expect.stringContaining(where)]);
  });

  it('accepts a matching encoded query', async () => {
    expect(
      (
        await rank({
          query: encoded({
            dependencies: [
              [0, 2],
              [2, 1],
            ],
          }),
        })
      ).status,
    ).toBe(200);
    expect((await rank({ query: encoded({}), candidates: 'all' })).status).toBe(200);
  });

  it('a body that is too large, with or without a length', async () => {
    const large = JSON.stringify({ query: 'a', padding: 'x'.repeat(RANK_LIMITS.bodyBytes) });
    const declared = await encode(large);
    expect([declared.status, (await problem(declared)).code]).toEqual([413, 'request_too_large']);
    const sent = await sendRequest(`${service.server.url}/v1/encode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Without a length the body is sent in chunks; far more of them than the service keeps.
      write: (outgoing) => {
        for (let piece = 0; piece < 20; piece++) outgoing.write('x'.repeat(RANK_LIMITS.bodyBytes));
      },
    });
    expect(sent.status).toBe(413);
    expect(problemSchema.parse(JSON.parse(sent.body)).code).toBe('request_too_large');
  });

  it.each(['0', '-1', '1.5', 'soon'])('a time limit of "%s"', async (limit) => {
    const response = await encode({ query: 'a' }, { headers: { 'x-timeout-ms': limit } });
    expect([response.status, (await problem(response)).code]).toEqual([400, 'request_invalid']);
  });

  it.each([
    ['GET', '/v1/encode'],
    ['GET', '/'],
    ['POST', '/v1/encode/'],
    ['DELETE', '/v1/rank'],
    ['POST', '/v1/rerank'],
    ['POST', '/v1/generations/x/query-model'],
    ['GET', '/%2e%2e/etc/passwd'],
  ])('%s %s', async (method, path) => {
    const response = await service.get(path, { method });
    expect([response.status, (await problem(response)).code]).toEqual([404, 'not_found']);
  });

  it('answers any JSON and any bytes with a result or a problem, but never with an internal error', async () => {
    const shaped = fc.record(
      {
        query: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        generation: fc.oneof(fc.constant('unset'), fc.jsonValue()),
        candidates: fc.oneof(
          fc.constant('all'),
          fc.uniqueArray(fc.tuple(fc.nat(7), fc.oneof(fc.double(), fc.constant(null))), {
            selector: ([id]) => id,
          }),
          fc.array(fc.oneof(fc.integer(), fc.array(fc.double()))),
          fc.jsonValue(),
        ),
        limit: fc.oneof(fc.integer({ min: -1, max: 110 }), fc.jsonValue()),
        offset: fc.oneof(fc.integer({ min: -1, max: 2100 }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      shaped.map((value) => JSON.stringify(value).replace('"unset"', `"${service.tiny.id}"`)),
      fc.json(),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/v1/encode', '/v1/parse', '/v1/rank'), bodies, async (path, body) => {
        const response = await service.post(path, body);
        if (response.status === 200) {
          await response.body?.cancel();
          return;
        }
        expect(response.status).toBeLessThan(500);
        await problem(response);
      }),
      { numRuns: 300 },
    );
    expect((await service.get('/healthz')).status).toBe(200);
  });

  it('keeps a valid request id, and replaces an invalid one', async () => {
    const id = async (given: string) =>
      (await service.get('/healthz', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await id('abc-1:2.3')).toBe('abc-1:2.3');
    expect(await id('a b')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await id('x'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('authorization of the rerank service', () => {
  it('requires the token, except for probes', async () => {
    const service = await startTestService({ token: 'long and random' });
    const bare = async (path: string, authorization: string, method = 'GET') =>
      fetch(`${service.server.url}${path}`, { method, headers: { authorization } });
    for (const given of ['', 'Bearer wrong', 'Basic long and random']) {
      for (const path of [
        '/v1/encode',
        '/v1/rank',
        '/metrics',
        '/v1/generations/x/query-model',
        '/nothing',
      ]) {
        const response = await bare(path, given, /^\/v1\/(encode|rank)$/.test(path) ? 'POST' : 'GET');
        expect([path, response.status, (await problem(response)).code]).toEqual([path, 401, 'unauthorized']);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      }
      expect((await bare('/healthz', given)).status).toBe(200);
      expect((await bare('/readyz', given)).status).toBe(200);
    }
    expect((await service.post('/v1/encode', { query: 'a dog' })).status).toBe(200);
    await service.close();
  });

  it('refuses to listen for other machines without a token', async () => {
    const start = startRerank({
      indexFolder: '/nowhere',
      engines: testEngines,
      parser: parserOf,
      shippedParser: loadParser,
      log: keptLog().log,
      port: 0,
      host: '0.0.0.0',
    });
    await expect(start).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('refuses to start on a port in use', async () => {
    const service = await startTestService();
    const start = startRerank({
      indexFolder: service.index,
      engines: testEngines,
      parser: parserOf,
      shippedParser: loadParser,
      log: keptLog().log,
      port: service.server.port,
    });
    await expect(start).rejects.toMatchObject({ code: 'conflict', hint: expect.stringContaining('port') });
    await service.close();
  });
});

describe('a busy rerank service', () => {
  const engines = heldEngines();
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ engines: engines.engines, settings: { concurrency: 1, queue: 1 } });
  });
  afterAll(() => service.close());

  const rank = (init?: Parameters<TestService['post']>[2]) =>
    service.post(
      '/v1/rank',
      { query: QUERY, generation: service.tiny.id, candidates: CANDIDATES, limit: 2 },
      init,
    );
  const metric = (kind: string, state: string) =>
    service.metric(`gsmn_rerank_requests_held{kind="${kind}",state="${state}"}`);
  const held = async () => ({
    running: await metric('shortlists', 'running'),
    waiting: await metric('shortlists', 'waiting'),
  });
  const until = (expected: object) => vi.waitFor(async () => expect(await held()).toEqual(expected), 10_000);

  it('works on some requests, lets some wait, and refuses others with a time to retry', async () => {
    engines.hold();
    const first = rank();
    await until({ running: 1, waiting: 0 });
    const second = rank();
    await until({ running: 1, waiting: 1 });
    // Work of another kind has a line of its own.
    for (const kind of ['queries', 'scans']) {
      expect([await metric(kind, 'running'), await metric(kind, 'waiting')]).toEqual([0, 0]);
    }
    const third = await rank();
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1']);
    const { code, requestId } = await problem(third);
    expect(code).toBe('overloaded');
    const logged = service.lines.filter(({ fields }) => fields.requestId === requestId && 'code' in fields);
    expect(logged).toMatchObject([{ level: 'warn', fields: { requestId, code } }]);
    // Probes and metrics never wait.
    expect((await service.get('/healthz')).status).toBe(200);
    engines.release();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    await until({ running: 0, waiting: 0 });
  });

  it('refuses at once what is not expected to end in time', async () => {
    engines.hold();
    const first = rank();
    await until({ running: 1, waiting: 0 });
    const hopeless = await rank({ headers: { 'x-timeout-ms': '1' } });
    expect([hopeless.status, (await problem(hopeless)).code]).toEqual([503, 'overloaded']);
    engines.release();
    expect((await first).status).toBe(200);
    await until({ running: 0, waiting: 0 });
  });

  it('encodes queries while rankings wait', async () => {
    engines.hold();
    const ranks = [rank()];
    await until({ running: 1, waiting: 0 });
    ranks.push(rank());
    await until({ running: 1, waiting: 1 });
    expect((await service.post('/v1/encode', { query: QUERY })).status).toBe(200);
    engines.release();
    for (const { status } of await Promise.all(ranks)) expect(status).toBe(200);
    await until({ running: 0, waiting: 0 });
  });

  it('stops when the time is over, and aborts the matcher', async () => {
    engines.hold();
    const late = await rank({ headers: { 'x-timeout-ms': '30' } });
    expect([late.status, (await problem(late)).code]).toEqual([504, 'timeout']);
    // No request of the batch waits any more: the matcher is aborted, and the place is free for the next one.
    await until({ running: 0, waiting: 0 });
    expect(engines.signals.at(-1)?.aborted).toBe(true);
    const next = rank();
    await until({ running: 1, waiting: 0 });
    engines.release();
    expect((await next).status).toBe(200);
    await until({ running: 0, waiting: 0 });
  });

  it('releases a caller that disconnected, while it was served or waiting', async () => {
    engines.hold();
    const [one, other] = [new AbortController(), new AbortController()];
    const served = rank({ signal: one.signal });
    await until({ running: 1, waiting: 0 });
    const waiting = rank({ signal: other.signal });
    await until({ running: 1, waiting: 1 });
    other.abort();
    await expect(waiting).rejects.toThrow();
    await until({ running: 1, waiting: 0 });
    one.abort();
    await expect(served).rejects.toThrow();
    await vi.waitFor(
      async () => expect(await service.metric('gsmn_rerank_errors_total{code="cancelled"}')).toBe(2),
      10_000,
    );
    await until({ running: 0, waiting: 0 });
    expect(engines.signals.at(-1)?.aborted).toBe(true);
    engines.release();
    expect((await rank()).status).toBe(200);
  });
});
