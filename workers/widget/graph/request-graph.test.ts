import { afterEach, describe, expect, it, vi } from 'vitest';
import { requestGraph } from './request-graph.ts';

const ENDPOINT = new URL('https://search.example/v1/parse?tenant=a');
const WORD = {
  text: 'dogs',
  id: 4,
  known: true,
  head: 0,
  relation: 'root',
  tag: 'NNS',
  universalTag: 'NOUN',
};
const ANSWER = { generation: 'g', compared: false, words: [WORD], dependencies: [[0, 1]] };
const { signal } = new AbortController();

afterEach(() => vi.unstubAllGlobals());

function answering(body: unknown) {
  const fetch = vi.fn<(address: URL) => Promise<Response>>(async () => Response.json(body));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

describe('requestGraph', () => {
  it('asks the endpoint for the sentence', async () => {
    const fetch = answering(ANSWER);
    expect(await requestGraph(ENDPOINT, 'a & b', signal)).toEqual({ answer: ANSWER });
    expect(fetch.mock.calls[0]?.[0].href).toBe('https://search.example/v1/parse?tenant=a&q=a+%26+b');
  });

  it.each([
    ['hits', { query: 'a', hits: [], words: [] }],
    ['a word without a head', { ...ANSWER, words: [{ text: 'dogs' }] }],
    ['a head that is no word', { ...ANSWER, words: [{ ...WORD, head: 2 }] }],
    ['nothing', null],
  ])('does not take %s for a graph', async (_, body) => {
    answering(body);
    expect((await requestGraph(ENDPOINT, 'a', signal)).failure?.kind).toBe('foreign');
  });
});
