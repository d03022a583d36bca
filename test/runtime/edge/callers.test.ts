import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../workers/edge/environment.ts';
import { edge } from './fakes.ts';

const SERVICES = { RERANK_URL: 'http://rerank.example', QDRANT_URL: 'http://qdrant.example' };

/** The app as variables configure it. */
function configured(variables: Readonly<Record<string, string>> = {}) {
  const { allowedOrigins, allowedHosts } = readEnvironment({ ...SERVICES, ...variables });
  return edge({ allowedOrigins, allowedHosts }).app;
}

const code = async (response: Response) => ((await response.json()) as { code?: string }).code;

describe('pages of other origins', () => {
  it('may not call unless a variable allows it', async () => {
    const app = configured();
    const headers = { origin: 'https://shop.example' };
    for (const path of ['/v1/search?q=a', '/widget.js', '/images/a.png']) {
      const response = await app.request(path, { headers });
      expect([path, response.status, await code(response)]).toEqual([path, 403, 'origin_refused']);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
    const preflight = await app.request('/v1/search', {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may not embed images or scripts either, but may be left by a link', async () => {
    const app = configured();
    const ask = (mode: string) =>
      app.request('/', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode } });
    expect((await ask('no-cors')).status).toBe(403);
    const followed = await ask('navigate');
    expect([followed.status, followed.headers.get('cross-origin-resource-policy')]).toEqual([
      200,
      'same-origin',
    ]);
  });

  it('may call if they are listed, and embed what they like', async () => {
    const app = configured({ ALLOWED_ORIGINS: 'https://shop.example, https://museum.example' });
    for (const origin of ['https://shop.example', 'https://museum.example']) {
      const response = await app.request('/v1/search?q=a', { headers: { origin } });
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    }
    const other = await app.request('/v1/search?q=a', { headers: { origin: 'https://elsewhere.example' } });
    expect(other.status).toBe(403);
    const image = await app.request('/widget.js', {
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    });
    expect([image.status, image.headers.get('cross-origin-resource-policy')]).toEqual([200, 'cross-origin']);
  });

  it('may all call by *', async () => {
    const response = await configured({ ALLOWED_ORIGINS: '*' }).request('/v1/search?q=a', {
      headers: { origin: 'https://shop.example' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['http://localhost', 'https://localhost'])('are not meant by the own origin %s', async (origin) => {
    const response = await configured().request('/v1/search', {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ q: 'a' }),
    });
    expect(response.status).toBe(200);
  });

  it('are named as browsers do', () => {
    expect(() => readEnvironment({ ...SERVICES, ALLOWED_ORIGINS: 'shop.example' })).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        message: expect.stringContaining('ALLOWED_ORIGINS'),
      }),
    );
  });
});

describe('the hosts that requests name', () => {
  it('may be any unless a variable lists them', async () => {
    expect((await configured().request('http://anything.example/')).status).toBe(200);
  });

  it('must be listed if there is a list', async () => {
    const app = configured({ ALLOWED_HOSTS: 'localhost 127.1,::1 Search.example' });
    for (const host of ['localhost', 'localhost:8787', '127.0.0.1', '[::1]:8787', 'search.example'])
      expect((await app.request(`http://${host}/`)).status, host).toBe(200);
    for (const host of ['evil.example', '127.0.0.1.evil.example', '127.0.0.2', 'xsearch.example']) {
      for (const path of ['/', '/v1/search?q=a', '/images/a.png', '/healthz']) {
        const response = await app.request(`http://${host}${path}`);
        expect([host, response.status, await code(response)]).toEqual([host, 421, 'host_refused']);
      }
    }
  });

  it('are names without scheme and port', () => {
    expect(() => readEnvironment({ ...SERVICES, ALLOWED_HOSTS: 'localhost:8787' })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('ALLOWED_HOSTS') }),
    );
  });
});
