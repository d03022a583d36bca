import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Check } from '../../batch/deploy/check.ts';
import { checkDeployment } from '../../batch/deploy/check-deployment.ts';
import { readDeployment } from '../../batch/deploy/deployment.ts';
import type { KeyRecord } from '../../shared/keys/key-record.ts';
import type { KeyKind } from '../../shared/keys/search-key.ts';
import { signToken } from '../../shared/keys/search-token.ts';
import { listedKeys } from '../../workers/edge/keys/key-store.ts';
import { type EdgeOverOptions, edgeOver } from '../support/edge-over.ts';
import { startFieldedServices } from '../support/fielded-services.ts';
import type { IndexServices } from '../support/index-services.ts';
import { keysOf, testKey } from '../support/keys.ts';
import { runGsmn } from '../support/run-gsmn.ts';

const SHOP = 'https://shop.example';

let services: IndexServices;
const servers: Server[] = [];

beforeAll(async () => {
  services = await startFieldedServices('/images/');
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => services.close());

type Keys = readonly Awaited<ReturnType<typeof testKey>>[];
type Change = (answer: Response, request: Request) => Response;

/** The edge worker's app with keys on loopback, behind a handler that may change its answers. */
async function serveKeyed(
  keys: Keys,
  options: Partial<EdgeOverOptions> = {},
  change: Change = (answer) => answer,
): Promise<string> {
  const app = edgeOver({
    rerank: services.rerank,
    qdrant: services.qdrant,
    cacheSeconds: 60,
    allowedOrigins: [SHOP],
    images: {
      url: 'http://images.example/',
      timeoutMs: 1000,
      fetch: async () => new Response('png', { headers: { 'content-type': 'image/png' } }),
    },
    keys: { store: listedKeys(keysOf(...keys), 'SEARCH_KEYS'), imageSecret: 'x'.repeat(32) },
    ...options,
  });
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const server = createAdaptorServer({
    fetch: async (request) => change(await app.fetch(request, {}, context), request),
  }) as Server;
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function check(edge: string, key?: string, origin?: string): Promise<readonly Check[]> {
  const deployment = await readDeployment({ edge, key, origin, query: 'a dog' }, {});
  return (await checkDeployment(deployment)).filter(({ name }) => name.startsWith('edge: '));
}

/** The checks of the edge worker with one key, which is the one that is given. */
async function checkWith(
  settings: Partial<Omit<KeyRecord, 'kind'>>,
  kind: KeyKind = 'publishable',
): Promise<readonly Check[]> {
  const key = await testKey(kind, settings);
  return check(await serveKeyed([key]), key.key, SHOP);
}

const named = (checks: readonly Check[], name: string) => checks.find((one) => one.name === `edge: ${name}`);
const failures = (checks: readonly Check[]) =>
  checks.filter(({ state }) => state === 'failed').map(({ name }) => name);

describe('gsmn deploy check with a key', () => {
  it('finds nothing wrong where nothing is, and says what the key may do', async () => {
    const checks = await checkWith({ origins: [SHOP], filter: 'year>=2010', fields: ['year', 'place'] });
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(named(checks, 'key')?.found).toBe(
      'needed and taken: it finds 10 images and shows year, place of them',
    );
    expect(named(checks, 'forged key')?.found).toBe('refused');
    expect(named(checks, 'key of a page')?.found).toBe('other pages cannot use it');
    expect(named(checks, 'images')?.found).toContain('image/png');
  });

  it('finds a key that is missing, one that is not of this search, and one that has ended', async () => {
    const key = await testKey('publishable');
    const edge = await serveKeyed([key]);
    const without = await check(edge);
    expect(failures(without)).toEqual(['edge: key', 'edge: search']);
    expect(named(without, 'key')).toMatchObject({
      found: expect.stringContaining('none is given'),
      fix: expect.stringContaining('SEARCH_KEY'),
    });
    const other = await check(edge, (await testKey('publishable')).key);
    expect(failures(other)).toEqual(['edge: key', 'edge: search']);
    expect(named(other, 'key')?.fix).toContain('gsmn keys list');
    expect(failures(await checkWith({ until: '2026-02-01T00:00:00Z' }))).toContain('edge: key');
  });

  it('finds a search that everybody may use although a key is given', async () => {
    const key = await testKey('publishable');
    const checks = await check(await serveKeyed([], { keys: undefined }), key.key);
    expect(failures(checks)).toEqual(['edge: key']);
    expect(named(checks, 'key')?.fix).toContain('SEARCH_KEYS');
  });

  it('finds a filter that passes nothing, and one that does not fit the index', async () => {
    const empty = await checkWith({ filter: 'place:Paris', origins: [SHOP] });
    expect(named(empty, 'key')).toMatchObject({ state: 'warning', found: 'is taken and finds no image' });
    const unfit = await checkWith({ filter: 'colour:red', origins: [SHOP] });
    expect(failures(unfit)).toEqual(['edge: key', 'edge: search']);
    expect(named(unfit, 'key')?.found).toContain('does not fit the index');
  });

  it('finds a key that is for other pages, and one that is for any', async () => {
    const bound = { origins: ['https://other.example'] };
    const refused = await checkWith(bound);
    expect(failures(refused)).toEqual(['edge: key', 'edge: search', 'edge: CORS']);
    expect(named(refused, 'key')?.fix).toContain(`gsmn keys create --origin ${SHOP}`);
    expect(named(refused, 'CORS')?.found).toContain(SHOP);
    const key = await testKey('publishable', bound);
    expect(named(await check(await serveKeyed([key]), key.key), 'key')?.fix).toContain('Pass --origin');
    const open = await testKey('publishable');
    const anywhere = await check(await serveKeyed([open], { allowedOrigins: '*' }), open.key, SHOP);
    expect(named(anywhere, 'key of a page')).toMatchObject({
      state: 'warning',
      fix: expect.stringContaining('--replaces'),
    });
  });

  it('finds a secret key where a page is named', async () => {
    const checks = await checkWith({}, 'secret');
    expect(failures(checks)).toEqual([]);
    expect(named(checks, 'key of a page')).toMatchObject({
      state: 'warning',
      fix: expect.stringContaining('publishable'),
    });
    const server = await testKey('secret');
    expect(named(await check(await serveKeyed([server]), server.key), 'key of a page')).toBeUndefined();
  });

  it('takes a token for a key, and says that one has expired', async () => {
    const server = await testKey('secret');
    const edge = await serveKeyed([server]);
    const token = await signToken(server.key, { filter: 'place:Rome' }, 3600);
    const checks = await check(edge, token);
    expect(failures(checks)).toEqual([]);
    expect(named(checks, 'key')?.found).toMatch(/^needed and taken: it finds \d+ images/);
    expect(named(checks, 'forged key')?.state).toBe('ok');
    vi.useFakeTimers({ now: Date.now() + 7_200_000, toFake: ['Date'] });
    const late = await check(edge, token);
    vi.useRealTimers();
    expect(named(late, 'key')).toMatchObject({
      found: expect.stringContaining('expired'),
      fix: expect.stringContaining('gsmn keys token'),
    });
  });

  it('finds a cache in front that answers a forged key', async () => {
    const key = await testKey('publishable', { origins: [SHOP] });
    const edge = await serveKeyed([key], {}, (answer, request) => {
      const { pathname } = new URL(request.url);
      const isForged = request.headers.get('authorization') !== `Bearer ${key.key}`;
      if (request.headers.has('authorization') && isForged && pathname === '/v1/images') {
        return Response.json({ images: [] });
      }
      return answer;
    });
    const checks = await check(edge, key.key, SHOP);
    expect(failures(checks)).toEqual(['edge: forged key']);
    expect(named(checks, 'forged key')?.fix).toContain('Vary');
  });

  it('finds a proxy that keeps pages from sending the key', async () => {
    const key = await testKey('publishable', { origins: [SHOP] });
    const edge = await serveKeyed([key], {}, (answer, request) => {
      if (request.method !== 'OPTIONS') return answer;
      const headers = new Headers(answer.headers);
      headers.set('access-control-allow-headers', '*');
      return new Response(null, { status: 204, headers });
    });
    const checks = await check(edge, key.key, SHOP);
    expect(failures(checks)).toEqual(['edge: CORS']);
    expect(named(checks, 'CORS')?.found).toContain('authorization');
  });

  it('takes the key from the environment, and shows it nowhere', async () => {
    const key = await testKey('publishable', { origins: [SHOP] });
    const edge = await serveKeyed([key]);
    vi.stubEnv('SEARCH_KEY', key.key);
    const run = await runGsmn(['deploy', 'check', '--edge', edge, '--origin', SHOP, '--query', 'a dog']);
    expect([run.code, run.stdout.includes(key.key)]).toEqual([0, false]);
    expect(run.stdout).toContain('needed and taken');
    vi.stubEnv('SEARCH_KEY', 'of-the-shop');
    const wrong = await runGsmn(['deploy', 'check', '--edge', edge]);
    expect(wrong.stderr).toContain('neither a key nor a token');
    expect(wrong.stderr).not.toContain('of-the-shop');
  });
});
