import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SEARCH_LIMITS, type SearchHit, type SearchResponse } from '../../../shared/schema/index.ts';
import type { Failure, Outcome, PageRequest } from '../request/outcome.ts';
import { API_LIMITS, SearchSession } from './search-session.ts';
import type { Results, View } from './view.ts';

const FAILURE: Failure = { kind: 'problem', title: 'no', detail: 'not now' };

function hit(id: number): SearchHit {
  return { id, score: 1, stage: 'rerank', image: { name: `${id}`, width: 1, height: 1 }, captions: [] };
}

function answer(ids: readonly number[], changes: Partial<SearchResponse> = {}): Outcome {
  const hits = ids.map(hit);
  return {
    answer: { query: '', words: [], generation: 'g', stage: 'rerank', limit: 2, offset: 0, hits, ...changes },
  };
}

/** A session whose requests wait until the test answers them. */
function start() {
  const asked: { page: PageRequest; signal: AbortSignal; reply: (outcome: Outcome) => Promise<void> }[] = [];
  const views: View[] = [];
  const searches: [string, boolean][] = [];
  const session = new SearchSession({
    request: (page, signal) =>
      new Promise((resolve) => {
        const reply = async (outcome: Outcome): Promise<void> => {
          resolve(outcome);
          await vi.advanceTimersByTimeAsync(0);
        };
        asked.push({ page, signal, reply });
      }),
    limit: () => 2,
    onView: (view) => views.push(view),
    onSearch: (query, typed) => searches.push([query, typed]),
  });
  const results = (): Results => {
    const { view } = session;
    if (view.kind !== 'results') throw new Error(`there are no results but ${view.kind}`);
    return view.results;
  };
  const request = (index: number) => {
    const found = asked[index];
    if (found === undefined) throw new Error(`there was no request ${index}`);
    return found;
  };
  return { session, asked, views, searches, results, request };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the limits', () => {
  it('are those of the API', () => {
    expect(API_LIMITS).toEqual(SEARCH_LIMITS);
  });
});

describe('searching', () => {
  it('asks and shows', async () => {
    const { session, results, request, views } = start();
    session.search('  two dogs ');
    expect(request(0).page).toEqual({ q: 'two dogs', limit: 2, offset: 0 });
    await request(0).reply(answer([1, 2]));
    expect(views.map(({ kind }) => kind)).toEqual(['loading', 'results']);
    expect(results()).toMatchObject({ query: 'two dogs', reached: 2, more: 'ready' });
  });

  it('waits for a pause in typing and asks once', () => {
    const { session, asked, searches } = start();
    for (const text of ['t', 'tw', 'two ', 'two dogs']) {
      session.typed(text);
      vi.advanceTimersByTime(100);
    }
    expect(asked).toHaveLength(0);
    vi.advanceTimersByTime(1000);
    expect(asked.map(({ page }) => page.q)).toEqual(['two dogs']);
    expect(searches).toEqual([['two dogs', true]]);
  });

  it('does not ask again for a blank more, nor twice when enter follows the typing', () => {
    const { session, asked } = start();
    session.typed('dogs');
    session.search('dogs');
    session.typed('dogs ');
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

  it('keeps what was found to be seen while it looks again', async () => {
    const { session, request } = start();
    session.search('a');
    await request(0).reply(answer([1]));
    session.search('b');
    session.search('c');
    expect(session.view).toMatchObject({ kind: 'loading', query: 'c', previous: { query: 'a' } });
  });

  it('asks nothing without words', () => {
    const { session, asked } = start();
    session.search('   ');
    expect(session.view.kind).toBe('empty');
    expect(asked).toHaveLength(0);
  });

  it('returns to the invitation when the line is emptied, and drops what is on its way', async () => {
    const { session, request, searches } = start();
    session.search('a');
    session.typed('');
    vi.advanceTimersByTime(1000);
    await request(0).reply(answer([1]));
    expect(session.view.kind).toBe('start');
    expect(searches.at(-1)).toEqual(['', true]);
  });

  it('says why there is no answer, and tries again', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply({ failure: FAILURE });
    expect(session.view).toEqual({ kind: 'failed', query: 'a', failure: FAILURE });
    session.retry();
    await request(1).reply(answer([1]));
    expect(results().query).toBe('a');
  });
});

describe('stopped and resumed', () => {
  it('asks again for what was on its way', async () => {
    const { session, request, results } = start();
    session.search('a');
    session.stop();
    await request(0).reply(answer([1]));
    expect(session.view.kind).toBe('loading');
    session.resume();
    await request(1).reply(answer([2]));
    expect(results().hits.map(({ id }) => id)).toEqual([2]);
  });

  it('can fetch the page that was on its way', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    session.stop();
    session.resume();
    expect(results().more).toBe('ready');
  });

  it('leaves everything else as it is', () => {
    const { session, asked, views } = start();
    session.resume();
    expect(asked).toHaveLength(0);
    expect(views).toHaveLength(0);
  });
});

describe('leafing on', () => {
  it('adds pages until one is not full', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    expect(results().more).toBe('loading');
    void session.more();
    await request(1).reply(answer([3]));
    expect(request(1).page.offset).toBe(2);
    expect(() => request(2)).toThrow();
    expect(results()).toMatchObject({ more: 'end', reached: 3 });
    expect(results().hits.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('shows no picture twice when the index changed, and still gets on', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    await request(1).reply(answer([2, 3]));
    expect(results().hits.map(({ id }) => id)).toEqual([1, 2, 3]);
    void session.more();
    expect(request(2).page.offset).toBe(4);
  });

  it('keeps what is there when the next page fails, and can try again', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    await request(1).reply({ failure: FAILURE });
    expect(results()).toMatchObject({ more: FAILURE, reached: 2 });
    void session.more();
    await request(2).reply(answer([3, 4]));
    expect(results().hits).toHaveLength(4);
  });

  it('does not mix a page of an earlier query in', async () => {
    const { session, request, results } = start();
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    session.search('b');
    await request(2).reply(answer([9]));
    await request(1).reply(answer([3]));
    expect(results().hits.map(({ id }) => id)).toEqual([9]);
  });

  it('carries on that one page was degraded', async () => {
    const { session, request, results } = start();
    const degraded = { code: 'timeout', message: 'late' };
    session.search('a');
    await request(0).reply(answer([1, 2]));
    void session.more();
    await request(1).reply(answer([3, 4], { degraded }));
    expect(results().degraded).toEqual(degraded);
  });
});
