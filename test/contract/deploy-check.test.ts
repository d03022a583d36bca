import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../../batch/deploy/check.ts';
import { checkDeployment } from '../../batch/deploy/check-deployment.ts';
import { type Deployment, readDeployment } from '../../batch/deploy/deployment.ts';
import { certificateCheck } from '../../batch/deploy/service-checks.ts';
import { startEdge } from '../../infra/start-edge.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type EdgeOverOptions, edgeOver } from '../support/edge-over.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { pushTinyPoints } from '../support/tiny-generation.ts';

const TOKEN = 'of the reranker';
const KEY = 'of the database';
const QUERY = 'a dog runs';
const ORIGIN = 'https://shop.example';

let service: TestService;
let database: RunningQdrantLocal;
let store: QdrantStore;
const servers: Server[] = [];

beforeAll(async () => {
  service = await startTestService({ tiny: { images: 9 }, token: TOKEN });
  database = await startQdrantLocal({ path: ':memory:', port: 0, apiKey: KEY });
  store = createQdrantStore({ url: database.url, apiKey: KEY });
  await pushTinyPoints(store, service.tiny);
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(async () => {
  await database.close();
  await service.close();
});

type Handler = (request: Request) => Response | Promise<Response>;

/** Listens on loopback until the test has ended. */
async function serve(fetch: Handler): Promise<string> {
  const server = createAdaptorServer({ fetch }) as Server;
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The edge worker's app over the services, behind a handler that may change its answers. */
function serveEdge(
  options: Partial<EdgeOverOptions> = {},
  change: (answer: Response, request: Request) => Response = (answer) => answer,
): Promise<string> {
  const app = edgeOver({
    rerank: service.server.url,
    rerankToken: TOKEN,
    qdrant: database.url,
    qdrantKey: KEY,
    cacheSeconds: 60,
    images: {
      url: 'http://images.example/',
      timeoutMs: 1000,
      fetch: async () => new Response('png', { headers: { 'content-type': 'image/png' } }),
    },
    ...options,
  });
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  return serve(async (request) => change(await app.fetch(request, {}, context), request));
}

async function check(
  changes: Partial<
    Record<'edge' | 'rerank' | 'rerankToken' | 'qdrant' | 'qdrantKey' | 'origin', string>
  > = {},
): Promise<readonly Check[]> {
  const url = (text: string) => new URL(`${text}/`);
  const deployment: Deployment = {
    edge: url(changes.edge ?? (await serveEdge())),
    rerank: url(changes.rerank ?? service.server.url),
    rerankToken: 'rerankToken' in changes ? changes.rerankToken : TOKEN,
    qdrant: url(changes.qdrant ?? database.url),
    qdrantKey: 'qdrantKey' in changes ? changes.qdrantKey : KEY,
    origin: changes.origin,
    key: undefined,
    query: QUERY,
    exposed: [],
  };
  return checkDeployment(deployment);
}

const named = (checks: readonly Check[], name: string) => checks.find((one) => one.name === name);
const failures = (checks: readonly Check[]) =>
  checks.filter(({ state }) => state === 'failed').map(({ name }) => name);

describe('gsmn deploy check', () => {
  it('finds nothing wrong where nothing is', async () => {
    const checks = await check({ edge: await serveEdge({ allowedOrigins: [ORIGIN] }), origin: ORIGIN });
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      ...[
        'reachable',
        'TLS',
        'version',
        'clock',
        'rate limiter',
        'key',
        'search',
        'ETag',
        'images',
        'CORS',
      ].map((name) => `edge: ${name}`),
      ...['reachable', 'TLS', 'clock', 'generation', 'token', 'version'].map((name) => `reranker: ${name}`),
      ...['reachable', 'TLS', 'clock', 'version', 'key', 'collection'].map((name) => `Qdrant: ${name}`),
      'together: generation',
    ]);
  });

  it('finds a wrong token, of the edge and of its own', async () => {
    const edge = await serveEdge({ rerankToken: 'another' });
    const checks = await check({ edge });
    expect(failures(checks)).toEqual(['edge: search']);
    expect(named(checks, 'edge: search')).toMatchObject({
      found: expect.stringContaining('encode_unavailable'),
      fix: expect.stringContaining('RERANK_TOKEN'),
    });
    expect(failures(await check({ rerankToken: 'another' }))).toEqual(['reranker: token']);
    expect(named(await check({ rerankToken: undefined as never }), 'reranker: token')).toMatchObject({
      found: expect.stringContaining('none is given'),
    });
  });

  it('finds a wrong key of Qdrant, of the edge and of its own', async () => {
    const checks = await check({ edge: await serveEdge({ qdrantKey: 'another' }) });
    expect(failures(checks)).toEqual(['edge: search']);
    expect(named(checks, 'edge: search')?.fix).toContain('QDRANT_API_KEY');
    expect(failures(await check({ qdrantKey: 'another' }))).toEqual(['Qdrant: key']);
  });

  it('finds services that anybody may use although a secret is set', async () => {
    const open = await startTestService({ tiny: { images: 9 } });
    const openDatabase = await startQdrantLocal({ path: ':memory:', port: 0 });
    try {
      const checks = await check({ rerank: open.server.url, qdrant: openDatabase.url });
      expect(failures(checks)).toEqual(expect.arrayContaining(['reranker: token', 'Qdrant: key']));
    } finally {
      await open.close();
      await openDatabase.close();
    }
  });

  it('finds a reranker that serves another generation than the search', async () => {
    const other = await startTestService({ tiny: { images: 9, seed: 2 }, token: TOKEN });
    try {
      const checks = await check({ rerank: other.server.url });
      expect(failures(checks)).toEqual(['Qdrant: collection', 'together: generation']);
    } finally {
      await other.close();
    }
  });

  it('finds a reranker without a generation, and one that cannot load the active one', async () => {
    const empty = await startTestService({ active: false, token: TOKEN });
    try {
      expect(named(await check({ rerank: empty.server.url }), 'reranker: generation')).toMatchObject({
        state: 'failed',
        found: 'none is active',
      });
      writeFileSync(
        join(empty.index, 'active.json'),
        JSON.stringify({ generation: 'ffffffffffffffff', previous: null }),
      );
      await empty.server.refresh();
      expect(named(await check({ rerank: empty.server.url }), 'reranker: generation')).toMatchObject({
        state: 'failed',
        found: expect.stringContaining('ffffffffffffffff cannot be loaded'),
      });
    } finally {
      await empty.close();
    }
  });

  it('finds a collection that is missing, and one that is not whole', async () => {
    const half = await startQdrantLocal({ path: ':memory:', port: 0, apiKey: KEY });
    try {
      const edge = await serveEdge({ qdrant: half.url });
      const missing = await check({ edge, qdrant: half.url });
      expect(failures(missing)).toEqual(['edge: search', 'Qdrant: collection']);
      expect(named(missing, 'Qdrant: collection')?.found).toContain('is missing');
      const points = createQdrantStore({ url: half.url, apiKey: KEY });
      await pushTinyPoints(points, service.tiny);
      await points.deletePoints(service.tiny.manifest.collections.images, [3]);
      const cut = await check({ edge, qdrant: half.url });
      expect(failures(cut)).toEqual(['Qdrant: collection']);
      expect(named(cut, 'Qdrant: collection')?.found).toContain('8 points, and its generation 9 images');
    } finally {
      await half.close();
    }
  });

  it('finds a Qdrant that is down, and another program in its place', async () => {
    const gone = await startQdrantLocal({ path: ':memory:', port: 0 });
    await gone.close();
    const checks = await check({ edge: await serveEdge({ qdrant: gone.url }), qdrant: gone.url });
    expect(failures(checks)).toEqual(['edge: search', 'Qdrant: reachable']);
    expect(named(checks, 'Qdrant: reachable')?.found).toContain('nothing listens');
    const other = await serve(() => new Response('hello'));
    expect(named(await check({ qdrant: other }), 'Qdrant: reachable')?.fix).toContain('Another program');
  });

  it('finds a search that is degraded', async () => {
    const broken = await serve(async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/v1/rank') return Response.json({}, { status: 502 });
      return fetch(`${service.server.url}${pathname}`, {
        method: request.method,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: request.method === 'POST' ? await request.text() : null,
      });
    });
    const checks = await check({ edge: await serveEdge({ rerank: broken }) });
    expect(failures(checks)).toEqual(['edge: search']);
    expect(named(checks, 'edge: search')?.found).toContain('rerank_unavailable');
    expect(named(checks, 'edge: ETag')?.state).toBe('skipped');
  });

  it('finds a page that may not search', async () => {
    const checks = await check({ edge: await serveEdge({ allowedOrigins: [] }), origin: ORIGIN });
    expect(failures(checks)).toEqual(['edge: CORS']);
    expect(named(checks, 'edge: CORS')?.fix).toContain(`Add ${ORIGIN} to ALLOWED_ORIGINS`);
    expect(named(await check(), 'edge: CORS')?.state).toBe('skipped');
  });

  it('finds a clock that is off', async () => {
    const late = new Date(Date.now() - 90_000).toUTCString();
    const edge = await serveEdge({}, (answer) => {
      const headers = new Headers(answer.headers);
      headers.set('date', late);
      return new Response(answer.body, { status: answer.status, headers });
    });
    const checks = await check({ edge });
    expect(named(checks, 'edge: clock')).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/^is (89|90|91) s behind/),
      fix: expect.stringContaining('NTP'),
    });
  });

  it('finds a lost ETag, images that are not there, and another version', async () => {
    const edge = await serveEdge({ images: undefined }, (answer, request) => {
      const headers = new Headers(answer.headers);
      headers.delete('etag');
      return new URL(request.url).pathname === '/healthz'
        ? Response.json({ status: 'ok', version: '0.0.1' })
        : new Response(answer.body, { status: answer.status, headers });
    });
    const checks = await check({ edge });
    expect(failures(checks)).toEqual(['edge: images']);
    expect(named(checks, 'edge: ETag')?.state).toBe('warning');
    expect(named(checks, 'edge: version')).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('0.0.1'),
    });
  });

  it('finds an edge that nothing listens at, that redirects, or that is another program', async () => {
    const gone = 'http://127.0.0.1:9';
    expect(named(await check({ edge: gone }), 'edge: reachable')).toMatchObject({ state: 'failed' });
    const moved = await serve(
      () => new Response(null, { status: 301, headers: { location: 'https://new.example/' } }),
    );
    expect(named(await check({ edge: moved }), 'edge: reachable')?.found).toContain('https://new.example/');
    const other = await serve(() => new Response('hello'));
    expect(named(await check({ edge: other }), 'edge: reachable')?.fix).toContain('Another program');
  });

  it('checks the worker as it is deployed, and the exit code says what became of it', async () => {
    const edge = await startEdge({
      vars: {
        RERANK_URL: service.server.url,
        RERANK_TOKEN: TOKEN,
        QDRANT_URL: database.url,
        QDRANT_API_KEY: KEY,
      },
    });
    const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
    try {
      const file = join(folder, '.dev.vars');
      const vars = `RERANK_URL=${service.server.url}\nQDRANT_URL=${database.url}\nQDRANT_API_KEY=${KEY}\n`;
      writeFileSync(file, `${vars}RERANK_TOKEN="${TOKEN}"\n`);
      const options = ['deploy', 'check', '--edge', edge.url, '--vars', file, '--query', QUERY];
      const run = await runGsmn([...options, '--json']);
      const { checks } = JSON.parse(run.stdout) as { checks: Check[] };
      // There are no image files.
      expect(failures(checks)).toEqual(['edge: images']);
      expect(named(checks, 'edge: clock')?.state).toBe('ok');
      expect(run.code).toBe(5);
      writeFileSync(file, `${vars}RERANK_TOKEN=wrong\n`);
      const wrong = await runGsmn([...options]);
      expect(wrong.code).toBe(5);
      expect(wrong.stdout).toMatch(/reranker: token +│ FAILED/);
      expect(wrong.stdout).not.toContain(KEY);
    } finally {
      await edge.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the connection to a service', () => {
  it('is not right with a certificate that nobody knows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
    const parameters = 'req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 3 -subj /CN=localhost';
    execFileSync('openssl', parameters.split(' '), { cwd: folder, stdio: 'ignore' });
    const file = (name: string) => readFileSync(join(folder, name));
    const server = createServer({ key: file('key'), cert: file('cert') }, (_, response) => response.end());
    servers.push(server as unknown as Server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    rmSync(folder, { recursive: true });
    const checks = await check({ edge: `https://localhost:${(server.address() as AddressInfo).port}` });
    expect(failures(checks).slice(0, 2)).toEqual(['edge: reachable', 'edge: TLS']);
    expect(named(checks, 'edge: reachable')?.found).toContain('SELF_SIGNED');
  });

  it('needs a certificate that is valid for a while', () => {
    const now = Date.parse('2026-01-01');
    expect(certificateCheck('edge', 'Mar  1 00:00:00 2026 GMT', now).state).toBe('ok');
    expect(certificateCheck('edge', 'Jan 10 00:00:00 2026 GMT', now)).toMatchObject({
      state: 'warning',
      found: 'the certificate is valid for 9 more days',
    });
  });
});

describe('the variables of a deployment', () => {
  const options = { edge: 'https://search.example', query: 'a dog' };
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are those of an environment of a wrangler file, with comments', async () => {
    const file = join(folder, 'wrangler.jsonc');
    writeFileSync(
      file,
      '{ // ours\n "vars": {"RERANK_URL": "http://a"}, "env": {"staging": {"vars": {"RERANK_URL": "http://b", "RERANK_TOKEN": "x"},}} }',
    );
    const environment = { RERANK_TOKEN: 'y', QDRANT_URL: 'http://q' };
    const plain = await readDeployment({ ...options, vars: file }, environment);
    expect([plain.rerank?.href, plain.rerankToken, plain.qdrant?.href, plain.exposed]).toEqual([
      'http://a/',
      'y',
      'http://q/',
      [],
    ]);
    const staging = await readDeployment({ ...options, vars: file, environment: 'staging' }, environment);
    expect([staging.rerank?.href, staging.rerankToken, staging.exposed]).toEqual([
      'http://b/',
      'x',
      ['RERANK_TOKEN'],
    ]);
    await expect(readDeployment({ ...options, vars: file, environment: 'live' }, {})).rejects.toMatchObject({
      code: 'argument_invalid',
      hint: 'it has staging',
    });
  });

  it.each([
    ['an address that is none', { edge: 'search.example' }, 'argument_invalid'],
    ['a file that is missing', { vars: '/nowhere/x.jsonc' }, 'file_unreadable'],
  ])('refuses %s', async (_, changes, code) => {
    await expect(readDeployment({ ...options, ...changes }, {})).rejects.toMatchObject({ code });
  });

  it('refuses a wrangler file that is no JSON', async () => {
    const file = join(folder, 'broken.jsonc');
    writeFileSync(file, '{ "vars": ');
    await expect(readDeployment({ ...options, vars: file }, {})).rejects.toMatchObject({
      code: 'format_invalid',
    });
  });
});
