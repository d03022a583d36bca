import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { identifyKey, makeKey } from '../../../shared/keys/search-key.ts';
import { signToken } from '../../../shared/keys/search-token.ts';
import type { IndexFields } from '../../../shared/schema/index.ts';
import { readEnvironment } from '../../../workers/edge/environment.ts';
import { OPEN_ACCESS } from '../../../workers/edge/keys/access.ts';
import { keyAccess } from '../../../workers/edge/keys/key-access.ts';
import { type KeyNamespace, listedKeys, namespaceKeys } from '../../../workers/edge/keys/key-store.ts';
import { SignedImages } from '../../../workers/edge/keys/signed-images.ts';
import { keysOf, testKey } from '../../support/keys.ts';
import { answer, problem } from './answers.ts';
import { type EdgeChanges, edge, encoded, payloadOf, ranked } from './fakes.ts';

const SEARCH = '/v1/search?q=two%20zebroids';
const SHOP = 'https://shop.example';
const SECRET = 'of the images, with 32 characters';
const PAST = '2026-01-02T00:00:00Z';

const FIELDS: IndexFields = {
  format: 'gsmn-index-schema',
  version: 1,
  others: 'private',
  fields: {
    tenant: { type: 'keyword', list: false, public: false },
    year: { type: 'integer', list: false, public: true },
    place: { type: 'keyword', list: false, public: true, from: 'where' },
  },
};

type Key = Awaited<ReturnType<typeof testKey>>;

/** An app that needs one of these keys. */
function keyed(keys: readonly Key[], changes: EdgeChanges = {}) {
  const store = listedKeys(keysOf(...keys), 'SEARCH_KEYS');
  return edge({ keys: { store, imageSecret: SECRET }, ...changes });
}

/** The services of an index with fields. */
const withFields: EdgeChanges = {
  rerank: {
    encode: async () => encoded({ fields: FIELDS }),
    rank: async (request) => {
      const page = ranked(request);
      const metadata = { year: 2019, where: 'Rome', licence: 'CC0', alike: 'of-somebody-else.jpg' };
      return {
        ...page,
        images: page.images.map((one) => ({ ...one, payload: { ...payloadOf(one.id), metadata } })),
      };
    },
  },
};

const bearer = (key: string, headers: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${key}`, ...headers },
});

afterEach(() => void vi.useRealTimers());

describe('a search that needs a key', () => {
  it('is for those who have one, by either header', async () => {
    const key = await testKey('publishable');
    const { app } = keyed([key]);
    for (const headers of [{ authorization: `Bearer ${key.key}` }, { 'x-search-key': key.key }]) {
      const response = await app.request(SEARCH, { headers });
      await answer(response);
      expect(response.headers.get('cache-control')).toBe('private, max-age=60');
      expect(response.headers.get('vary')).toContain('Authorization, X-Search-Key');
    }
  });

  it('refuses everybody else with the same words, on every route, and does no work', async () => {
    const [key, revoked, expired, early] = await Promise.all([
      testKey('publishable'),
      testKey('publishable', { revoked: PAST }),
      testKey('secret', { until: PAST }),
      testKey('publishable', { from: '2126-01-01T00:00:00Z' }),
    ]);
    const { app, encode, log } = keyed([key, revoked, expired, early]);
    const foreign = (await makeKey('publishable')).key;
    const forged = `${key.key.slice(0, -1)}${key.key.endsWith('A') ? 'B' : 'A'}`;
    const dead = await signToken(expired.key, { filter: 'year:1' }, 60);
    const given = [
      revoked.key,
      expired.key,
      early.key,
      foreign,
      forged,
      key.key.slice(0, -1),
      dead,
      'x',
      key.record.hash,
      key.record.id,
    ];
    const said = new Set<string>();
    for (const wrong of given) {
      const response = await app.request(SEARCH, bearer(wrong));
      expect([response.status, response.headers.get('www-authenticate')], wrong).toEqual([401, 'Bearer']);
      const { requestId: _, ...body } = await problem(response);
      said.add(JSON.stringify(body));
    }
    expect(said.size).toBe(1);
    expect(log.mock.calls.map(([{ message }]) => message)).toContain('a key was refused: revoked');
    for (const path of [SEARCH, '/v1/images', '/v1/parse?q=a', '/v1/nothing']) {
      const response = await app.request(path);
      expect([path, response.headers.get('www-authenticate')]).toEqual([path, 'Bearer']);
      expect((await problem(response)).code).toBe('unauthorized');
    }
    expect(encode).not.toHaveBeenCalled();
    expect(JSON.stringify(log.mock.calls)).not.toContain(key.key);
  });

  it('leaves pages, scripts, description and health open', async () => {
    const { app } = keyed([]);
    for (const path of ['/', '/widget.js', '/docs', '/openapi.json', '/healthz'])
      expect([path, (await app.request(path)).status]).toEqual([path, 200]);
  });

  it('takes no key in the address, and no two', async () => {
    const key = await testKey('publishable');
    const { app } = keyed([key]);
    expect(await problem(await app.request(`${SEARCH}&key=${key.key}`, bearer(key.key)))).toMatchObject({
      code: 'request_invalid',
      hint: expect.stringContaining('Authorization'),
    });
    const two = await app.request(SEARCH, bearer(key.key, { 'x-search-key': `${key.key}x` }));
    expect(await problem(two)).toMatchObject({ code: 'request_invalid' });
    // What a proxy in front asked for.
    const basic = await app.request(SEARCH, {
      headers: { authorization: 'Basic YTpi', 'x-search-key': key.key },
    });
    expect(basic.status).toBe(200);
  });

  it('may be asked by pages with the header', async () => {
    const { app } = keyed([await testKey('publishable')]);
    const preflight = await app.request('/v1/search', {
      method: 'OPTIONS',
      headers: {
        origin: SHOP,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    const refused = await app.request(SEARCH, { headers: { origin: SHOP } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
  });

  it('is described with its key', async () => {
    type Document = { security?: object[]; components: { securitySchemes?: object } };
    const described = async ({ app }: ReturnType<typeof edge>) =>
      (await (await app.request('/openapi.json')).json()) as Document;
    const document = await described(keyed([]));
    expect(document.security).toEqual([{ bearer: [] }, { header: [] }]);
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      header: { type: 'apiKey', in: 'header', name: 'X-Search-Key' },
    });
    expect((await described(edge())).security).toBeUndefined();
  });

  it('has the key of its own page in it', async () => {
    const { app } = edge({ page: { key: 'pk_of-the-page' } });
    for (const path of ['/', '/explain'])
      expect(await (await app.request(path)).text()).toContain(' search-key="pk_of-the-page"');
    expect(await (await edge().app.request('/')).text()).not.toContain('search-key');
  });
});

describe('two keys during a rotation', () => {
  it('are both valid until the old one ends', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-06-01T00:00:00Z'), toFake: ['Date'] });
    const old = await testKey('publishable', { until: '2026-06-08T00:00:00Z' });
    const next = await testKey('publishable');
    const { app } = keyed([old, next]);
    const statuses = async () => [
      (await app.request(SEARCH, bearer(old.key))).status,
      (await app.request(SEARCH, bearer(next.key))).status,
    ];
    expect(await statuses()).toEqual([200, 200]);
    vi.setSystemTime(Date.parse('2026-06-07T23:59:59Z'));
    expect(await statuses()).toEqual([200, 200]);
    vi.setSystemTime(Date.parse('2026-06-08T00:00:00Z'));
    expect(await statuses()).toEqual([401, 200]);
  });
});

describe('a key that is bound to origins', () => {
  it('is for their pages only', async () => {
    const key = await testKey('publishable', { origins: [SHOP, 'http://localhost'] });
    const { app } = keyed([key]);
    const status = async (headers: Record<string, string>) =>
      (await app.request(SEARCH, bearer(key.key, headers))).status;
    expect(await status({ origin: SHOP })).toBe(200);
    expect(await status({ origin: 'https://elsewhere.example' })).toBe(403);
    expect(await status({ origin: 'https://shop.example.evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({})).toBe(403);
    // Of the own page's GET browsers say no origin.
    expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  it('is bound by its token, too', async () => {
    const key = await testKey('secret');
    const { app } = keyed([key], withFields);
    const token = await signToken(key.key, { filter: 'year:2019', origins: [SHOP] }, 60);
    const status = async (headers: Record<string, string>) =>
      (await app.request(SEARCH, bearer(token, headers))).status;
    expect([
      await status({ origin: SHOP }),
      await status({}),
      await status({ origin: 'https://other.example' }),
    ]).toEqual([200, 403, 403]);
  });
});

describe('what a key limits', () => {
  const now = Date.parse('2026-06-01T00:00:00Z');
  const ask = (app: ReturnType<typeof edge>['app'], key: string, address = '203.0.113.7', path = SEARCH) =>
    app.request(path, bearer(key, { 'cf-connecting-ip': address }));

  it('requests, of each key and each address, with the time until there are more', async () => {
    vi.useFakeTimers({ now, toFake: ['Date'] });
    const key = await testKey('publishable', { perMinute: { requests: 4, perAddress: 2 } });
    const other = await testKey('publishable', { perMinute: { requests: 1 } });
    const { app } = keyed([key, other]);
    const statuses = [];
    for (const address of [
      '203.0.113.7',
      '203.0.113.7',
      '203.0.113.7',
      '2001:db8::1',
      '2001:db8::ffff',
      '203.0.113.8',
    ])
      statuses.push((await ask(app, key.key, address)).status);
    // A refused request is not counted.
    expect(statuses).toEqual([200, 200, 429, 200, 200, 429]);
    expect((await ask(app, other.key)).status).toBe(200);
    const refused = await ask(app, key.key, '203.0.113.9');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(await problem(refused)).toMatchObject({
      code: 'rate_limited',
      detail: expect.stringContaining('key'),
    });
    vi.setSystemTime(now + 1000 * (seconds - 1));
    expect((await ask(app, key.key)).status).toBe(429);
    vi.setSystemTime(now + 1000 * seconds);
    expect((await ask(app, key.key)).status).toBe(200);
  });

  it('cost, of which an exhaustive search has twenty times that of another one', async () => {
    vi.useFakeTimers({ now, toFake: ['Date'] });
    const key = await testKey('publishable', { perMinute: { cost: 45 } });
    const small = await testKey('publishable', { perMinute: { cost: 19 } });
    const { app, rank } = keyed([key, small]);
    const status = async (exhaustive: boolean) =>
      (await ask(app, key.key, '', `${SEARCH}&exhaustive=${exhaustive}`)).status;
    expect([await status(true), await status(true), await status(true)]).toEqual([200, 200, 429]);
    // The third one cost its request alone.
    expect(await Promise.all([1, 2, 3, 4].map(() => status(false)))).toEqual([200, 200, 200, 200]);
    expect(await status(false)).toBe(429);
    vi.setSystemTime(now + 65_000);
    expect(await status(true)).toBe(200);
    const before = rank.mock.calls.length;
    const body = JSON.stringify({ q: 'two zebroids', exhaustive: true });
    const headers = { authorization: `Bearer ${small.key}`, 'content-type': 'application/json' };
    const never = await app.request('/v1/search', { method: 'POST', headers, body });
    expect(await problem(never)).toMatchObject({
      code: 'request_invalid',
      detail: expect.stringContaining('19 a minute'),
    });
    expect(rank.mock.calls.length).toBe(before);
  });

  it('tokens, all of a key together', async () => {
    const key = await testKey('secret', { perMinute: { requests: 2 } });
    const { app } = keyed([key], withFields);
    const tokens = await Promise.all(
      [2019, 2020, 2021].map((year) => signToken(key.key, { filter: `year:${year}` }, 60)),
    );
    const statuses = [];
    for (const token of tokens) statuses.push((await ask(app, token)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it("goes with the platform's limit of addresses, which is not for servers", async () => {
    const server = await testKey('secret');
    const page = await testKey('publishable');
    const limited: string[] = [];
    const rateLimiter = {
      limit: async ({ key }: { key: string }) => ({ success: limited.push(key) < 3 }),
    };
    const { app } = keyed([server, page], { rateLimiter });
    for (let search = 0; search < 5; search++) expect((await ask(app, server.key)).status).toBe(200);
    const guess = (await makeKey('secret')).key;
    expect([
      (await ask(app, page.key)).status,
      (await ask(app, guess)).status,
      (await ask(app, page.key)).status,
    ]).toEqual([200, 401, 429]);
    expect(limited).toEqual(['203.0.113.7', '203.0.113.7', '203.0.113.7']);
  });
});

describe('what a key shows', () => {
  it('are its fields, which alone are filtered, counted and sorted by', async () => {
    const key = await testKey('publishable', { fields: ['place'] });
    const { app } = keyed([key], withFields);
    const get = (parameters = '') => app.request(`${SEARCH}${parameters}`, bearer(key.key));
    const { hits } = await answer(await get('&limit=1'));
    expect(hits[0]?.metadata).toEqual({ where: 'Rome' });
    expect((await get('&filter=place:Rome&facets=place')).status).toBe(200);
    for (const wrong of ['&filter=year:2019', '&facets=year', '&filter=tenant:a']) {
      const refused = await problem(await get(wrong));
      expect([refused.code, refused.hint]).toEqual([
        'request_invalid',
        'The fields of this index are place.',
      ]);
    }
  });

  it('are the fields of both, key and token', async () => {
    const key = await testKey('secret', { fields: ['place', 'year'] });
    const { app } = keyed([key], withFields);
    const token = await signToken(key.key, { filter: 'tenant:acme', fields: ['year', 'licence'] }, 60);
    const { hits } = await answer(await app.request(`${SEARCH}&limit=1`, bearer(token)));
    expect(hits[0]?.metadata).toEqual({ year: 2019 });
  });

  it('does not name what an image looks like, which may be of another tenant', async () => {
    const key = await testKey('publishable', { filter: 'tenant:acme' });
    const { app, count } = keyed([key], withFields);
    const { hits } = await answer(await app.request(`${SEARCH}&limit=1`, bearer(key.key)));
    expect(hits[0]?.metadata).toEqual({ year: 2019, where: 'Rome', licence: 'CC0' });
    expect(JSON.stringify(count.mock.calls)).toContain('acme');
  });

  it('is nothing if its filter does not fit the index, and nobody learns why', async () => {
    const key = await testKey('publishable', { filter: 'tenant:acme' });
    const { app, log, rank } = keyed([key]);
    const refused = await problem(await app.request(SEARCH, bearer(key.key)));
    expect([refused.status, JSON.stringify(refused)]).toEqual([500, expect.not.stringContaining('tenant')]);
    expect(JSON.stringify(log.mock.calls)).toContain('the filter of a key does not fit the index');
    expect(rank).not.toHaveBeenCalled();
  });
});

describe('image files of a search that needs a key', () => {
  const fetched: string[] = [];
  const images = {
    url: 'http://images.example/all/',
    timeoutMs: 1000,
    fetch: async (address: URL) => {
      fetched.push(address.href);
      return new Response('image', { headers: { 'content-type': 'image/webp' } });
    },
  };

  it('are found by the addresses of answers alone, in every width, and kept by browsers alone', async () => {
    const key = await testKey('publishable');
    const { app } = keyed([key], { images, imageWidths: [320] });
    const { hits } = await answer(await app.request(`${SEARCH}&limit=1`, bearer(key.key)));
    const { url = '', widths } = hits[0]?.image ?? {};
    expect([url, widths]).toEqual([expect.stringMatching(/^\/images\/~\w+\.[\w-]{43}\/3\.png$/), [320]]);
    for (const address of [url, `${url}?w=320`]) {
      const response = await app.request(address);
      expect([response.status, response.headers.get('cache-control')]).toEqual([
        200,
        expect.stringMatching(/^private, max-age=\d{5,6}$/),
      ]);
    }
    expect(fetched.splice(0)).toEqual([
      'http://images.example/all/3.png',
      'http://images.example/all/3.png?w=320',
    ]);
    for (const guess of ['/images/3.png', url.replace('3.png', '4.png'), url.replace('/~', '/')]) {
      const response = await app.request(guess, bearer(key.key));
      expect([guess, response.status]).toEqual([guess, 404]);
    }
    expect(fetched).toEqual([]);
  });
});

describe('keys of a KV namespace', () => {
  it('are read once a minute, and end there', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-06-01T00:00:00Z'), toFake: ['Date'] });
    const key = await testKey('publishable');
    const values = new Map<string, string>([[key.record.id, JSON.stringify(key.record)]]);
    const get = vi.fn<KeyNamespace['get']>(async (name) => values.get(name) ?? null);
    const { app } = edge({ keys: { store: namespaceKeys({ get }), imageSecret: undefined } });
    const status = async (given = key.key) => (await app.request(SEARCH, bearer(given))).status;
    expect([await status(), await status()]).toEqual([200, 200]);
    expect(get.mock.calls).toEqual([[key.record.id, { type: 'text', cacheTtl: 60 }]]);
    values.set(key.record.id, JSON.stringify({ ...key.record, revoked: PAST }));
    expect(await status()).toBe(200);
    vi.setSystemTime(Date.now() + 60_000);
    expect([await status(), await status((await makeKey('secret')).key)]).toEqual([401, 401]);
  });

  it('that cannot be read let nobody in, and it is not the fault of callers', async () => {
    const key = await testKey('publishable');
    const down = namespaceKeys({ get: async () => Promise.reject(new Error('KV GET failed: 500')) });
    const broken = namespaceKeys({ get: async () => '{"id": 1}' });
    for (const [store, status, code] of [
      [down, 503, 'keys_unavailable'],
      [broken, 500, 'config_invalid'],
    ] as const) {
      const { app, log } = edge({ keys: { store, imageSecret: undefined } });
      const response = await app.request(SEARCH, bearer(key.key));
      expect(response.status).toBe(status);
      expect(await problem(response)).toMatchObject({ code });
      expect(JSON.stringify(log.mock.calls)).toMatch(/KEYS/);
    }
  });

  it('are not taken for one another', async () => {
    const [one, other] = await Promise.all([testKey('publishable'), testKey('publishable')]);
    const { id } = await identifyKey(one.key);
    const store = namespaceKeys({ get: async (name) => (name === id ? JSON.stringify(other.record) : null) });
    const { app } = edge({ keys: { store, imageSecret: undefined } });
    expect((await app.request(SEARCH, bearer(one.key))).status).toBe(500);
  });
});

describe('the variables of keys', () => {
  const SERVICES = { RERANK_URL: 'http://rerank.example', QDRANT_URL: 'http://qdrant.example' };
  const IMAGES = { IMAGES_URL: 'http://images.example', IMAGE_SECRET: SECRET };

  it('are read as text and as JSON; without them everybody may search', async () => {
    const key = await testKey('publishable');
    expect(readEnvironment(SERVICES).keys).toBeUndefined();
    for (const SEARCH_KEYS of [keysOf(key), JSON.stringify(keysOf(key))]) {
      const { keys } = readEnvironment({ ...SERVICES, ...IMAGES, SEARCH_KEYS });
      expect(await keys?.store.find(key.record.id)).toEqual(key.record);
    }
  });

  it.each([
    [{ SEARCH_KEYS: '' }, 'SEARCH_KEYS is not JSON'],
    [{ SEARCH_KEYS: '{"format": 1}' }, 'SEARCH_KEYS: format'],
    [{ SEARCH_KEYS: keysOf(), KEYS: {} }, 'two places'],
    [{ SEARCH_KEYS: keysOf(), IMAGES_URL: IMAGES.IMAGES_URL }, 'IMAGE_SECRET is missing'],
    [{ SEARCH_KEYS: keysOf(), ...IMAGES, IMAGE_SECRET: 'short' }, 'IMAGE_SECRET'],
    [{ SEARCH_KEYS: keysOf(), PAGE_KEY: 'sk_'.padEnd(46, 'a') }, 'PAGE_KEY: is no publishable key'],
  ])('that are wrong open nothing: %j', (variables, message) => {
    expect(() => readEnvironment({ ...SERVICES, ...variables })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(message) }),
    );
  });
});

describe('the scope of an access', () => {
  it('is shared by those only who are answered equally', async () => {
    const images = new SignedImages(SECRET);
    const scope = async (settings: object, claims?: object) => {
      const { record } = await testKey('publishable', settings);
      const parsed = claims && { filter: parseFilter('year:1'), ...claims };
      return keyAccess({ key: record, claims: parsed }, images, () => {}).scope;
    };
    const different = [
      await scope({}),
      await scope({ filter: 'tenant:a' }),
      await scope({ filter: 'tenant:b' }),
      await scope({ fields: ['year'] }),
      await scope({ filter: 'tenant:a', fields: ['year'] }),
      await scope({ fields: [] }),
      await scope({ filter: 'tenant:a' }, {}),
      await scope({}, { filter: parseFilter('tenant:a') }),
      await scope({}, { fields: ['year'] }),
      OPEN_ACCESS.scope,
    ];
    // A token with the filter of a key may see the same.
    expect(different[7]).toBe(different[1]);
    expect(new Set(different).size).toBe(different.length - 1);
    expect(await scope({ filter: 'tenant:a', perMinute: { cost: 1 } })).toBe(different[1]);
    vi.useFakeTimers({ now: Date.now() + 86_400_000, toFake: ['Date'] });
    expect(await scope({})).not.toBe(different[0]);
  });
});
