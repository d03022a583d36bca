import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SearchHit, SearchResponse } from '../../../shared/schema/index.ts';
import type { SearchRequest } from './request-search.ts';
import { SearchProblem } from './search-problem.ts';
import { createSearchSession } from './search-session.ts';
import type { SearchResults, SearchState } from './session-state.ts';

const PROBLEM = new SearchProblem({ code: 'overloaded', title: 'no', detail: 'not now' });
const OFFLINE = new SearchProblem({ code: 'offline', title: 'no', detail: 'no network' });

function hit(id: number): SearchHit {
  return {
    id,
    scores: { fused: 1, gsmn: 0.5, coarse: 0.5 },
    stage: 'rerank',
    image: { name: `${id}`, width: 1, height: 1 },
    captions: [],
  };
}

function answer(ids: readonly number[], changes: Partial<SearchResponse> = {}): SearchResponse {
  const hits = ids.map(hit);
  // A full page is followed by another one.
  const next = ids.length === 2 ? { next: `after ${ids.join()}` } : {};
  return {
    query: '',
    words: [],
    generation: 'g',
    stage: 'rerank',
    limit: 2,
    offset: 0,
    hits,
    ...next,
    ...changes,
  };
}

/** A session whose requests wait until the test answers them. */
function start() {
  const asked: {
    request: SearchRequest;
    signal: AbortSignal;
    /** Recall's order is there. */
    recall: (answer: SearchResponse) => void;
    reply: (outcome: SearchResponse | Error) => Promise<void>;
  }[] = [];
  const states: SearchState[] = [];
  const session = createSearchSession(
    {
      search: ({ signal, onRecall = () => {}, ...request }) =>
        new Promise((resolve, reject) => {
          const reply = async (outcome: SearchResponse | Error): Promise<void> => {
            if (outcome instanceof Error) reject(outcome);
            else resolve(outcome);
            await vi.advanceTimersByTimeAsync(0);
          };
          if (signal === undefined) throw new Error('a session cannot abort this request');
          asked.push({ request, signal, recall: onRecall, reply });
        }),
    },
    { limit: 2 },
  );
  session.subscribe((state) => states.push(state));
  const results = (): SearchResults => {
    const state = session.getState();
    if (!('results' in state)) throw new Error(`there are no results, but ${state.status}`);
    return state.results;
  };
  const request = (index: number) => {
    const found = asked[index];
    if (found === undefined) throw new Error(`there was no request ${index}`);
    return found;
  };
  return { session, asked, states, results, request };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('searching', () => {
  it('requests and reports the answer', async () => {
    const { session, results, request, states } = start();
    session.search('  two dogs ');
    expect(request(0).request).toEqual({ q: 'two dogs', limit: 2 });
    await request(0).reply(answer([1, 2]));
    expect(states.map(({ status }) => status)).toEqual(['searching', 'results']);
    expect(results()).toMatchObject({ query: 'two dogs', next: 'after 1,2', more: 'ready' });
  });

  it('waits for a pause in typing and searches once', () => {
    const { session, asked, states } = start();
    for (const text of ['t', 'tw', 'two ', 'two dogs']) {
      session.type(text);
      vi.advanceTimersByTime(100);
    }
    expect(asked).toHaveLength(0);
    vi.advanceTimersByTime(1000);
    expect(asked.map(({ request }) => request.q)).toEqual(['two dogs']);
    expect(states).toMatchObject([{ status: 'searching', query: 'two dogs', typed: true }]);
  });

  it('does not search again for an added space, nor twice if Enter follows typing', () => {
    const { session, asked } = start();
    session.type('dogs');
    session.search('dogs');
    session.type('dogs ');
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveLength(1);
  });

  it('never shows an earlier answer over a later one', async () => {
    const { session, results, request } = start();
    session.search('slow');
    session.search('fast');
    expect(request(0).signal.aborted).toBe(true);
    await request(1).reply(answer([7]));
    await request(0).reply(answer([1, 2]));
    expect(results().query).toBe('fast');
    expect(results().hits.map(({ id }) => id)).toEqual([7]);
  });

  it('keeps the previous result while it searches again', async () => {
    const { session, request } = start();
    session.search('a');
    await request(0).reply(answer([1]));
    session.search('b');
    session.search('c');
    expect(session.getState()).toMatchObject({
      status: 'searching',
      query: 'c',
      typed: false,
      previous: { query: 'a' },
    });
  });

  it('does not search without words', () => {
    const { session, asked } = start();
    session.search('   ');
    expect(session.getState()).toEqual({ status: 'blank' });
    expect(asked).toHaveLength(0);
  });

  it('returns to the start when the line is emptied, and aborts the running request', async () => {
    const { session, request } = start();
    session.search('a');
    session.type('');
    vi.advanceTimersByTime(1000);
    await request(0).reply(answer([1]));
    expect(session.getState()).toEqual({ status: 'idle' });
  });

  it('reports a problem, and tries again', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(PROBLEM);
    expect(session.getState()).toEqual({ status: 'failed', query: 'a', problem: PROBLEM });
    session.retry();
    await request(1).reply(answer([1]));
    expect(results().query).toBe('a');
  });
});

describe('states', () => {
  it('distinguishes answers with and without hits', async () => {
    const { session, request } = start();
    session.search('a');
    await request(0).reply(answer([], { words: [{ text: 'a', id: 3, known: false }] }));
    expect(session.getState()).toMatchObject({
      status: 'empty',
      results: { query: 'a', words: [{ text: 'a' }], more: 'end' },
    });
    await session.more();
    expect(() => request(1)).toThrow();
  });

  it('reports a rate limit', async () => {
    const { session, request } = start();
    const limited = { code: 'rate_limited', title: 'slow', detail: 'too often', retryAfter: 60 };
    session.search('a');
    await request(0).reply(new SearchProblem(limited));
    expect(session.getState()).toMatchObject({ status: 'rate-limited', problem: { retryAfter: 60 } });
  });

  it('turns any other error of the client into a problem', async () => {
    const { session, request } = start();
    const fault = new RangeError('a bug');
    session.search('a');
    await request(0).reply(fault);
    expect(session.getState()).toMatchObject({
      status: 'failed',
      problem: { code: 'internal', cause: fault },
    });
  });

  it('does not call a listener after it has unsubscribed', async () => {
    const { session, request } = start();
    const listener = vi.fn();
    const unsubscribe = session.subscribe(listener);
    session.search('a');
    unsubscribe();
    await request(0).reply(answer([1]));
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('offline', () => {
  let online = new EventTarget();

  beforeEach(() => {
    online = new EventTarget();
    vi.stubGlobal('addEventListener', online.addEventListener.bind(online));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('searches again once when the browser is online', async () => {
    const { session, request, asked, results } = start();
    session.search('a');
    await request(0).reply(OFFLINE);
    expect(session.getState().status).toBe('offline');
    online.dispatchEvent(new Event('online'));
    await request(1).reply(answer([1]));
    expect(results().hits).toHaveLength(1);
    online.dispatchEvent(new Event('online'));
    expect(asked).toHaveLength(2);
  });

  it('does not if there was another search since', async () => {
    const { session, request, asked } = start();
    session.search('a');
    await request(0).reply(OFFLINE);
    session.search('b');
    await request(1).reply(answer([1]));
    online.dispatchEvent(new Event('online'));
    expect(asked).toHaveLength(2);
  });

  it('does not while it is stopped, but searches when it is resumed', async () => {
    const { session, request, asked } = start();
    session.search('a');
    await request(0).reply(OFFLINE);
    session.stop();
    online.dispatchEvent(new Event('online'));
    expect(asked).toHaveLength(1);
    session.resume();
    expect(request(1).request.q).toBe('a');
  });
});

describe('stopped and resumed', () => {
  it('repeats the aborted search', async () => {
    const { session, request, results } = start();
    session.search('a');
    session.stop();
    await request(0).reply(answer([1]));
    expect(session.getState().status).toBe('searching');
    session.resume();
    await request(1).reply(answer([2]));
    expect(results().hits.map(({ id }) => id)).toEqual([2]);
  });

  it('can fetch the aborted page', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    session.stop();
    session.resume();
    expect(results().more).toBe('ready');
  });

  it('does not change any other state', () => {
    const { session, asked, states } = start();
    session.resume();
    expect(asked).toHaveLength(0);
    expect(states).toHaveLength(0);
  });
});

describe('paging', () => {
  it('adds pages until none follows', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    expect(results().more).toBe('loading');
    void session.more();
    await request(1).reply(answer([3]));
    expect(request(1).request.after).toBe('after 1,2');
    expect(() => request(2)).toThrow();
    expect(results()).toMatchObject({ more: 'end', next: undefined });
    expect(results().hits.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('repeats no image if a page was degraded, and continues', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    await request(1).reply(answer([2, 3]));
    expect(results().hits.map(({ id }) => id)).toEqual([1, 2, 3]);
    void session.more();
    expect(request(2).request.after).toBe('after 2,3');
  });

  it('repeats no image that an earlier hit stands for', async () => {
    const { session, request, results } = start();
    session.search('a dog');
    const { evidence: _evidence, alike: _alike, ...other } = hit(7);
    await request(0).reply(
      answer([1, 2], { hits: [{ ...hit(1), alike: { count: 1, hits: [other] } }, hit(2)] }),
    );
    void session.more();
    await request(1).reply(answer([7, 3]));
    expect(results().hits.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('keeps the fetched pages if the next page fails, and can try again', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    await request(1).reply(PROBLEM);
    expect(results()).toMatchObject({ more: PROBLEM, next: 'after 1,2' });
    void session.more();
    await request(2).reply(answer([3, 4]));
    expect(results().hits).toHaveLength(4);
  });

  it('does not mix in a page of an earlier query', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    session.search('b');
    await request(2).reply(answer([9]));
    await request(1).reply(answer([3]));
    expect(results().hits.map(({ id }) => id)).toEqual([9]);
  });

  it('keeps the information that one page was degraded', async () => {
    const { session, request, results } = start();
    const degraded = { code: 'timeout', message: 'late' };
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    await request(1).reply(answer([3, 4], { degraded }));
    expect(results().degraded).toEqual(degraded);
  });
});

describe("recall's order", () => {
  it('is shown if ranking takes long, without a word on whether anything fits, and then replaced', async () => {
    const { session, request, states, results } = start();
    session.search('a');
    request(0).recall(answer([1, 2], { stage: 'recall', match: 'none' }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(results()).toMatchObject({ provisional: true, stage: 'recall', match: undefined });
    // No page follows an order that changes.
    await session.more();
    await request(0).reply(answer([2, 1], { match: 'good' }));
    expect(results()).toMatchObject({ provisional: false, stage: 'rerank', match: 'good' });
    expect(results().hits.map(({ id }) => id)).toEqual([2, 1]);
    expect(states.map(({ status }) => status)).toEqual(['searching', 'results', 'results']);
  });

  it('is not shown if the ranked one comes soon, if it is empty, or for a query that was given up', async () => {
    const { session, request, states } = start();
    session.search('a');
    request(0).recall(answer([1]));
    await vi.advanceTimersByTimeAsync(50);
    await request(0).reply(answer([1]));
    session.search('b');
    request(1).recall(answer([]));
    await vi.advanceTimersByTimeAsync(1000);
    session.search('c');
    request(1).recall(answer([7]));
    await vi.advanceTimersByTimeAsync(1000);
    expect(states.map(({ status }) => status)).toEqual(['searching', 'results', 'searching', 'searching']);
  });

  it('is asked for again after a stop', async () => {
    const { session, request, results } = start();
    session.search('a');
    request(0).recall(answer([1]));
    await vi.advanceTimersByTimeAsync(1000);
    session.stop();
    await request(0).reply(answer([1]));
    expect(results().provisional).toBe(true);
    session.resume();
    await request(1).reply(answer([1]));
    expect(results().provisional).toBe(false);
  });
});
