import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEngines } from '../../shared/platform/engines/index.ts';
import { type Problem, problemSchema } from '../../shared/schema/index.ts';
import { startRerank } from '../../workers/rerank/index.ts';
import { heldEngines, keptLog, startTestService, type TestService } from '../support/rerank-service.ts';

const QUERY = 'a dog runs';

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
    service = await startTestService({ settings: { queryWords: 20 } });
  });
  afterAll(() => service.close());

  const encode = (body: unknown, init?: Parameters<TestService['post']>[2]) =>
    service.post('/v1/encode', body, init);
  const rerank = (change: object) =>
    service.post('/v1/rerank', { query: QUERY, generation: service.tiny.id, ids: [1, 2], ...change });

  it.each([
    ['no JSON', '{"query":'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['no query', '{}'],
    ['an empty query', '{"query":""}'],
    ['a query that is a number', '{"query":5}'],
    ['a generation that is none', '{"query":"a","generation":7}'],
    ['bytes that are not UTF-8', '\ud800{'],
  ])('to encode %s', async (_, body) => {
    const response = await encode(body);
    expect([response.status, (await problem(response)).code]).toEqual([400, 'request_invalid']);
  });

  it.each([
    ['blanks', '   \n\t ', 'query_empty'],
    ['more characters than are read', 'a '.repeat(501), 'query_too_long'],
    ['more words than are read', 'a '.repeat(21), 'query_too_long'],
  ])('a query of %s', async (_, query, code) => {
    for (const response of [await encode({ query }), await rerank({ query })]) {
      expect(response.status).toBe(400);
      expect((await problem(response)).code).toBe(code);
    }
  });

  it('takes the longest query that it may', async () => {
    expect((await encode({ query: 'a '.repeat(20) })).status).toBe(200);
  });

  it.each([
    ['no images', { ids: [] }, 400, 'request_invalid'],
    ['an image twice', { ids: [1, 2, 1] }, 400, 'request_invalid'],
    ['an image that is not there', { ids: [0, 7] }, 400, 'request_invalid'],
    ['a negative image', { ids: [-1] }, 400, 'request_invalid'],
    ['half an image', { ids: [0.5] }, 400, 'request_invalid'],
    ['an image beyond all integers', { ids: [1e300] }, 400, 'request_invalid'],
    ['too many images', { ids: Array.from({ length: 1001 }, (_, id) => id) }, 413, 'request_too_large'],
    ['evidence of a stranger', { evidenceIds: [3] }, 400, 'request_invalid'],
    ['too much evidence', { evidenceIds: Array.from({ length: 51 }, () => 1) }, 413, 'request_too_large'],
    ['another generation', { generation: '0'.repeat(16) }, 409, 'generation_missing'],
    ['no generation', { generation: undefined }, 400, 'request_invalid'],
  ])('to rerank %s', async (_, change, status, code) => {
    const response = await rerank(change);
    expect([response.status, (await problem(response)).code]).toEqual([status, code]);
  });

  it('a body that is too large, whether it says so or not', async () => {
    const large = JSON.stringify({ query: 'a', padding: 'x'.repeat(70_000) });
    const declared = await encode(large);
    expect([declared.status, (await problem(declared)).code]).toEqual([413, 'request_too_large']);
    const sent = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const outgoing = request(`${service.server.url}/v1/encode`, { method: 'POST' }, (response) => {
        let body = '';
        response.on('data', (piece: Buffer) => {
          body += piece.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      outgoing.on('error', reject);
      // Without a length the body goes out in chunks.
      for (let piece = 0; piece < 7; piece++) outgoing.write('x'.repeat(10_000));
      outgoing.end();
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
    ['DELETE', '/v1/rerank'],
    ['GET', '/%2e%2e/etc/passwd'],
  ])('%s %s', async (method, path) => {
    const response = await service.get(path, { method });
    expect([response.status, (await problem(response)).code]).toEqual([404, 'not_found']);
  });

  it('answers any JSON and any bytes with a problem or an answer, never with a fault', async () => {
    const shaped = fc.record(
      {
        query: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        generation: fc.oneof(fc.constant('unset'), fc.jsonValue()),
        ids: fc.oneof(fc.array(fc.oneof(fc.integer(), fc.double())), fc.jsonValue()),
        evidenceIds: fc.oneof(fc.array(fc.nat(9)), fc.jsonValue()),
        limit: fc.oneof(fc.integer({ min: -1, max: 2100 }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      shaped.map((value) => JSON.stringify(value).replace('"unset"', `"${service.tiny.id}"`)),
      fc.json(),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/v1/encode', '/v1/rerank', '/v1/rank-all'),
        bodies,
        async (path, body) => {
          const response = await service.post(path, body);
          if (response.status === 200) {
            await response.body?.cancel();
            return;
          }
          expect(response.status).toBeLessThan(500);
          await problem(response);
        },
      ),
      { numRuns: 300 },
    );
    expect((await service.get('/healthz')).status).toBe(200);
  });

  it('keeps a request id that is harmless, and replaces another', async () => {
    const id = async (given: string) =>
      (await service.get('/healthz', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await id('abc-1:2.3')).toBe('abc-1:2.3');
    expect(await id('a b')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await id('x'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('whom the rerank service serves', () => {
  it('only those with its token, but probes always', async () => {
    const service = await startTestService({ token: 'long and random' });
    const bare = async (path: string, authorization: string, method = 'GET') =>
      fetch(`${service.server.url}${path}`, { method, headers: { authorization } });
    for (const given of ['', 'Bearer wrong', 'Basic long and random']) {
      for (const path of ['/v1/encode', '/v1/rerank', '/metrics', '/nothing']) {
        const response = await bare(path, given, path.startsWith('/v1') ? 'POST' : 'GET');
        expect([path, response.status, (await problem(response)).code]).toEqual([path, 401, 'unauthorized']);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      }
      expect((await bare('/healthz', given)).status).toBe(200);
      expect((await bare('/readyz', given)).status).toBe(200);
    }
    expect((await service.post('/v1/encode', { query: 'a dog' })).status).toBe(200);
    await service.close();
  });

  it('nobody beyond this machine without a token', async () => {
    const start = startRerank({
      indexFolder: '/nowhere',
      backend: 'wasm',
      engines: createEngines,
      log: keptLog().log,
      port: 0,
      host: '0.0.0.0',
    });
    await expect(start).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('nobody on a port that is taken', async () => {
    const service = await startTestService();
    const start = startRerank({
      indexFolder: service.index,
      backend: 'wasm',
      engines: createEngines,
      log: keptLog().log,
      port: service.server.port,
    });
    await expect(start).rejects.toMatchObject({ code: 'conflict', hint: expect.stringContaining('port') });
    await service.close();
  });
});

describe('a rerank service with much to do', () => {
  const engines = heldEngines();
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ engines: engines.engines, settings: { concurrency: 1, queue: 1 } });
  });
  afterAll(() => service.close());

  const rerank = (init?: Parameters<TestService['post']>[2]) =>
    service.post('/v1/rerank', { query: QUERY, generation: service.tiny.id, ids: [0, 1] }, init);
  const held = async () => ({
    running: await service.metric('gsmn_rerank_requests_held{state="running"}'),
    waiting: await service.metric('gsmn_rerank_requests_held{state="waiting"}'),
  });
  const until = (expected: object) => vi.waitFor(async () => expect(await held()).toEqual(expected), 10_000);

  it('works on some, lets some wait, and refuses more, saying when to come back', async () => {
    engines.hold();
    const first = rerank();
    await until({ running: 1, waiting: 0 });
    const second = rerank();
    await until({ running: 1, waiting: 1 });
    const third = await rerank();
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await problem(third)).code).toBe('overloaded');
    // Probes and metrics never wait.
    expect((await service.get('/healthz')).status).toBe(200);
    engines.release();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    await until({ running: 0, waiting: 0 });
  });

  it('gives up when the time is over, and the place is free when the work has ended', async () => {
    engines.hold();
    const late = await rerank({ headers: { 'x-timeout-ms': '30' } });
    expect([late.status, (await problem(late)).code]).toEqual([504, 'timeout']);
    await until({ running: 1, waiting: 0 });
    const next = rerank();
    await until({ running: 1, waiting: 1 });
    engines.release();
    expect((await next).status).toBe(200);
    await until({ running: 0, waiting: 0 });
  });

  it('lets go of a caller that went away, whether it was served or waited', async () => {
    engines.hold();
    const [one, other] = [new AbortController(), new AbortController()];
    const served = rerank({ signal: one.signal });
    await until({ running: 1, waiting: 0 });
    const waiting = rerank({ signal: other.signal });
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
    // Its work cannot be broken off in the middle: the place is taken until it ends.
    await until({ running: 1, waiting: 0 });
    engines.release();
    await until({ running: 0, waiting: 0 });
    expect((await rerank()).status).toBe(200);
  });
});
