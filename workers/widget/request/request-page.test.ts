import { afterEach, describe, expect, it, vi } from 'vitest';
import { requestPage } from './request-page.ts';

const ENDPOINT = new URL('https://search.example/v1/search?tenant=a');
const ANSWER = { query: 'a', words: [], hits: [], stage: 'rerank', generation: 'g', limit: 20, offset: 0 };
const { signal } = new AbortController();

function answering(answer: () => Promise<Response> | Response) {
  const fetch = vi.fn<(address: URL, init: RequestInit) => Promise<Response>>(async () => answer());
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

afterEach(() => vi.unstubAllGlobals());

describe('requestPage', () => {
  it('asks the endpoint for the page and keeps what its address holds already', async () => {
    const fetch = answering(() => Response.json(ANSWER));
    const outcome = await requestPage(ENDPOINT, { q: 'a & b', limit: 5, offset: 10 }, signal);
    expect(outcome.answer).toEqual(ANSWER);
    expect(fetch.mock.calls[0]?.[0].href).toBe(
      'https://search.example/v1/search?tenant=a&q=a+%26+b&limit=5&offset=10',
    );
  });

  it('hands a refusal on as a failure', async () => {
    answering(() => Response.json({ detail: 'no' }, { status: 400 }));
    expect((await requestPage(ENDPOINT, { q: 'a', limit: 5, offset: 0 }, signal)).failure?.kind).toBe(
      'problem',
    );
  });

  it.each([
    ['a page', () => new Response('<html>')],
    ['another JSON', () => Response.json({ hits: 3 })],
    ['hits without pictures', () => Response.json({ ...ANSWER, hits: [{ id: 1 }] })],
    ['null', () => Response.json(null)],
  ])('does not take %s for an answer', async (_, answer) => {
    answering(answer);
    expect((await requestPage(ENDPOINT, { q: 'a', limit: 5, offset: 0 }, signal)).failure?.kind).toBe(
      'foreign',
    );
  });

  it.each([
    [true, 'unreachable'],
    [false, 'offline'],
  ])('when nothing answers and the browser is online: %s, it is %s', async (onLine, kind) => {
    vi.stubGlobal('navigator', { onLine });
    answering(() => Promise.reject(new TypeError('Failed to fetch')));
    expect((await requestPage(ENDPOINT, { q: 'a', limit: 5, offset: 0 }, signal)).failure?.kind).toBe(kind);
  });

  it('ends with the signal of its caller', async () => {
    const fetch = answering(() => Response.json(ANSWER));
    const controller = new AbortController();
    await requestPage(ENDPOINT, { q: 'a', limit: 5, offset: 0 }, controller.signal);
    expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(false);
    controller.abort();
    expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(true);
  });
});
