import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Fetch } from './ask.ts';
import { createSearchClient } from './search-client.ts';
import { SearchProblem } from './search-problem.ts';

const ENDPOINT = 'https://search.example/v1/search?tenant=a';
const ANSWER = { query: 'a', words: [], hits: [], stage: 'rerank', generation: 'g', limit: 20, offset: 0 };
const WORD = {
  text: 'dogs',
  id: 4,
  known: true,
  head: 0,
  relation: 'root',
  tag: 'NNS',
  universalTag: 'NOUN',
};
const GRAPH = { generation: 'g', compared: false, words: [WORD], dependencies: [[0, 1]] };

/** A client whose requests all get this answer, and the requests. */
function answering(answer: () => Promise<Response> | Response) {
  const fetch = vi.fn<(address: string, init: RequestInit) => Promise<Response>>(async () => answer());
  return { client: createSearchClient({ endpoint: ENDPOINT, fetch }), fetch };
}

/** Like `fetch` when nothing arrives until its signal aborts. */
const silent = (_address: string, { signal }: RequestInit): Promise<Response> =>
  new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });

/** The problem that a promise rejects with. */
async function problemOf(promise: Promise<unknown>): Promise<SearchProblem> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SearchProblem)) throw new Error('there was no problem', { cause: error });
  return error;
}

afterEach(() => vi.unstubAllGlobals());

describe('an image to search with', () => {
  const near = { generation: 'g', stage: 'recall', total: 1, limit: 20, images: [] };

  it('is sent as it is beside the endpoint, with its type', async () => {
    const { client, fetch } = answering(() => Response.json(near));
    const file = new Blob([Uint8Array.of(1, 2, 3)], { type: 'image/jpeg' });
    expect(await client.searchByImage(file, { limit: 5, collapse: false, filter: 'year:2019' })).toEqual(
      near,
    );
    const [address, init] = fetch.mock.calls[0] ?? [];
    expect(address).toBe(
      'https://search.example/v1/images/search?tenant=a&limit=5&filter=year%3A2019&collapse=false',
    );
    expect([init?.method, init?.body]).toEqual(['POST', file]);
    expect(new Headers(init?.headers).get('content-type')).toBe('image/jpeg');
  });

  it('may be of a type that the browser does not know', async () => {
    const { client, fetch } = answering(() => Response.json(near));
    await client.searchByImage(new Blob([Uint8Array.of(1)], { type: '' }));
    expect(new Headers(fetch.mock.calls[0]?.[1].headers).get('content-type')).toBe(
      'application/octet-stream',
    );
  });

  it('that is refused is a problem, and so is an answer to something else', async () => {
    const refused = answering(() =>
      Response.json(
        { code: 'image_invalid', title: 'The image cannot be read', detail: 'It is damaged.' },
        { status: 422, headers: { 'content-type': 'application/problem+json' } },
      ),
    );
    const image = new Blob([Uint8Array.of(1)]);
    const problem = await problemOf(refused.client.searchByImage(image));
    expect([problem.code, problem.status]).toEqual(['image_invalid', 422]);
    const other = answering(() => Response.json(ANSWER));
    expect((await problemOf(other.client.searchByImage(image))).code).toBe('service_unknown');
  });
});

describe('captions', () => {
  it('are asked for beside the endpoint, by the id of the image', async () => {
    const captions = {
      generation: 'g',
      image: 3,
      compared: 1,
      captions: [{ id: 0, text: 'a dog', image: 1 }],
    };
    const { client, fetch } = answering(() => Response.json(captions));
    expect(await client.captions({ image: 3, limit: 5, generation: '0123456789abcdef' })).toEqual(captions);
    expect(fetch.mock.calls[0]?.[0]).toBe(
      'https://search.example/v1/images/3/captions?tenant=a&limit=5&generation=0123456789abcdef',
    );
    const other = answering(() => Response.json({ captions: 'none' }));
    expect((await problemOf(other.client.captions({ image: 3 }))).code).toBe('service_unknown');
  });
});

describe('search', () => {
  it('requests the page from the endpoint and keeps the parameters of its address', async () => {
    const { client, fetch } = answering(() => Response.json(ANSWER));
    expect(await client.search({ q: 'a & b', limit: 5, offset: 10 })).toEqual(ANSWER);
    expect(fetch.mock.calls[0]?.[0]).toBe(
      'https://search.example/v1/search?tenant=a&q=a+%26+b&limit=5&offset=10',
    );
  });

  it('sends only the given parameters', async () => {
    const { client, fetch } = answering(() => Response.json(ANSWER));
    await client.search({ q: 'a', offset: 0, understand: true });
    expect(fetch.mock.calls[0]?.[0]).toBe('https://search.example/v1/search?tenant=a&q=a');
  });

  it('asks for the words as they are written, by either method', async () => {
    const { client, fetch } = answering(() => Response.json(ANSWER));
    await client.search({ q: 'a', understand: false });
    expect(fetch.mock.calls[0]?.[0]).toBe('https://search.example/v1/search?tenant=a&q=a&understand=false');
    await client.search({ q: 'a', understand: false, exhaustive: true });
    expect(fetch.mock.calls[1]?.[1].body).toBe(
      JSON.stringify({ q: 'a', understand: false, exhaustive: true }),
    );
  });

  it('asks for several sentences, and denies, by either method', async () => {
    const { client, fetch } = answering(() => Response.json(ANSWER));
    const q = [{ q: 'a' }, { q: 'b', weight: 2 }];
    const request = { q, not: ['c', 'id:3'], generation: '0123456789abcdef' };
    await client.search(request);
    expect(fetch.mock.calls[0]?.[0]).toBe(
      'https://search.example/v1/search?tenant=a&q=a&q=b&weights=1%2C2&not=c&not=id%3A3&generation=0123456789abcdef',
    );
    await client.search({ ...request, exhaustive: true });
    const { q: queries, ...rest } = request;
    expect(fetch.mock.calls[1]?.[1].body).toBe(JSON.stringify({ queries, ...rest, exhaustive: true }));
    await client.search({ q: [{ q: 'a' }, { q: 'b', weight: 1 }] });
    expect(fetch.mock.calls[2]?.[0]).toBe('https://search.example/v1/search?tenant=a&q=a&q=b');
  });

  it('asks for each of the images that look alike, by either method', async () => {
    const { client, fetch } = answering(() => Response.json(ANSWER));
    await client.search({ q: 'a', collapse: false });
    expect(fetch.mock.calls[0]?.[0]).toBe('https://search.example/v1/search?tenant=a&q=a&collapse=false');
    await client.search({ q: 'a', collapse: false, exhaustive: true });
    expect(fetch.mock.calls[1]?.[1].body).toBe(JSON.stringify({ q: 'a', collapse: false, exhaustive: true }));
  });

  it('requests an exhaustive search with a body', async () => {
    const { client, fetch } = answering(() => Response.json(ANSWER));
    await client.search({ q: 'a', limit: 5, exhaustive: true });
    const [address, init] = fetch.mock.calls[0] ?? [];
    expect(address).toBe(ENDPOINT);
    expect(init).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ q: 'a', limit: 5, exhaustive: true }),
    });
  });

  it('sends a filter as text in the address, and as JSON in a body', async () => {
    const { client, fetch } = answering(() => Response.json(ANSWER));
    await client.search({ q: 'a', filter: 'year>=2019 AND place:"Rome"', facets: ['year', 'place'] });
    expect(fetch.mock.calls[0]?.[0]).toBe(
      'https://search.example/v1/search?tenant=a&q=a&filter=year%3E%3D2019+AND+place%3A%22Rome%22&facets=year%2Cplace',
    );
    const filter = { and: [{ field: 'year', gte: 2019 }, { not: { field: 'place', eq: 'Rome' } }] };
    await client.search({ q: 'a', filter, facets: ['year'] });
    expect(fetch.mock.calls[1]?.[1].body).toBe(JSON.stringify({ q: 'a', filter, facets: ['year'] }));
  });

  it('uses the current global fetch by default', async () => {
    const client = createSearchClient({ endpoint: ENDPOINT });
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(ANSWER)));
    expect(await client.search({ q: 'a' })).toEqual(ANSWER);
  });

  it('resolves a relative endpoint against the location, and throws if there is none', () => {
    vi.stubGlobal('location', undefined);
    expect(() => createSearchClient({ endpoint: '/v1/search' })).toThrow(TypeError);
    vi.stubGlobal('location', { href: 'https://shop.example/prints?x=1' });
    const fetch = vi.fn(async (_address: string) => Response.json(ANSWER));
    void createSearchClient({ endpoint: '/v1/search', fetch }).search({ q: 'a' });
    expect(fetch.mock.calls[0]?.[0]).toBe('https://shop.example/v1/search?q=a');
  });

  it('rejects with the problem that the service describes', async () => {
    const { client } = answering(() =>
      Response.json(
        { code: 'query_too_long', title: 'The query is too long', detail: 'It has 600 characters.' },
        { status: 400, headers: { 'content-type': 'application/problem+json' } },
      ),
    );
    expect(await problemOf(client.search({ q: 'a' }))).toMatchObject({ code: 'query_too_long', status: 400 });
  });

  it.each([
    ['a page', () => new Response('<html>')],
    ['another JSON', () => Response.json({ hits: 3 })],
    ['hits without images', () => Response.json({ ...ANSWER, hits: [{ id: 1 }] })],
    ['null', () => Response.json(null)],
  ])('does not accept %s as an answer', async (_, answer) => {
    const { client } = answering(answer);
    expect((await problemOf(client.search({ q: 'a' }))).code).toBe('service_unknown');
  });

  it.each([
    [true, 'unreachable'],
    [false, 'offline'],
    // Node and Workers do not know.
    [undefined, 'unreachable'],
  ])('if nothing responds and the device is online: %s, the problem is %s', async (onLine, code) => {
    vi.stubGlobal('navigator', { onLine });
    const failure = new TypeError('Failed to fetch');
    const { client } = answering(() => Promise.reject(failure));
    const problem = await problemOf(client.search({ q: 'a' }));
    expect(problem).toMatchObject({ code, cause: failure });
  });

  it('stops after its time limit', async () => {
    const client = createSearchClient({ endpoint: ENDPOINT, fetch: silent, timeoutMs: 20 });
    const problem = await problemOf(client.search({ q: 'a' }));
    expect(problem.code).toBe('timeout');
    expect(problem.detail).toContain('0.02 seconds');
  });

  it('rejects with the reason of the caller’s signal, not with a problem', async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const search = createSearchClient({ endpoint: ENDPOINT, fetch: silent }).search({
      q: 'a',
      signal: controller.signal,
    });
    controller.abort(reason);
    await expect(search).rejects.toBe(reason);
  });

  it('does not report an abort in the middle of an answer as a problem of the service', async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const { client } = answering(() => {
      controller.abort(reason);
      return new Response('{', { status: 503, headers: { 'content-type': 'application/problem+json' } });
    });
    await expect(client.search({ q: 'a', signal: controller.signal })).rejects.toBe(reason);
  });
});

describe('images', () => {
  const PAGE = {
    generation: 'g',
    total: 1,
    limit: 1,
    images: [{ id: 3, image: { name: 'a' }, captions: [] }],
  };

  it('are asked for beside the search, by what is given', async () => {
    const { client, fetch } = answering(() => Response.json(PAGE));
    expect(await client.images({ sort: '-taken', filter: 'year:2019', limit: 1, after: 'x' })).toEqual(PAGE);
    expect(fetch.mock.calls[0]?.[0]).toBe(
      'https://search.example/v1/images?tenant=a&sort=-taken&filter=year%3A2019&limit=1&after=x',
    );
    await client.images({ like: 0, generation: 'g' });
    expect(fetch.mock.calls[1]?.[0]).toBe('https://search.example/v1/images?tenant=a&like=0&generation=g');
  });

  it.each([[ANSWER], [null], [{ ...PAGE, images: [{}] }]])('are not %j', async (body) => {
    const { client } = answering(() => Response.json(body));
    expect((await problemOf(client.images())).code).toBe('service_unknown');
  });
});

describe('parse', () => {
  it.each([
    ['next to the endpoint', {}, 'https://search.example/v1/parse?tenant=a&q=a+%26+b'],
    ['elsewhere', { parseEndpoint: 'https://p.example/' }, 'https://p.example/?q=a+%26+b'],
    ['next to a folder', { endpoint: 'https://s.example/find/' }, 'https://s.example/parse?q=a+%26+b'],
  ])('asks the address %s', async (_, options, address) => {
    const fetch = vi.fn(async (_address: string) => Response.json(GRAPH));
    expect(await createSearchClient({ endpoint: ENDPOINT, fetch, ...options }).parse('a & b')).toEqual(GRAPH);
    expect(fetch.mock.calls[0]?.[0]).toBe(address);
  });

  it.each([
    ['hits', { query: 'a', hits: [], words: [] }],
    ['a word without a head', { ...GRAPH, words: [{ text: 'dogs' }] }],
    ['a head that is not a word', { ...GRAPH, words: [{ ...WORD, head: 2 }] }],
    ['nothing', null],
  ])('does not accept %s as a parse', async (_, body) => {
    const { client } = answering(() => Response.json(body));
    expect((await problemOf(client.parse('a'))).code).toBe('service_unknown');
  });

  it('rejects with the reason of its signal', async () => {
    const reason = new Error('changed my mind');
    const client = createSearchClient({ endpoint: ENDPOINT, fetch: silent });
    await expect(client.parse('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('a key', () => {
  it('goes with every request, and is asked for anew if it is a function', async () => {
    const seen: unknown[] = [];
    const fetch: Fetch = async (_address, { headers }) => {
      seen.push(new Headers(headers).get('authorization'));
      return new Response('{}', { status: 503 });
    };
    const endpoint = 'https://search.example/v1/search';
    let token = 0;
    for (const key of ['pk_a', async () => `token-${++token}`, '', undefined]) {
      const client = createSearchClient({ endpoint, fetch, key });
      await client.search({ q: 'a' }).catch(() => {});
      await client.search({ q: 'a', exhaustive: true }).catch(() => {});
      await client.images().catch(() => {});
      await client.parse('a').catch(() => {});
    }
    const tokens = [1, 2, 3, 4].map((number) => `Bearer token-${number}`);
    expect(seen).toEqual([...Array(4).fill('Bearer pk_a'), ...tokens, ...Array(8).fill(null)]);
  });
});
