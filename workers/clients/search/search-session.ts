import type { SearchResponse } from '../../../shared/schema/index.ts';
import type { SearchRequest } from './request-search.ts';
import type { SearchClient } from './search-client.ts';
import { SearchProblem } from './search-problem.ts';
import { queryOf, type SearchResults, type SearchState } from './session-state.ts';

/** A pause in typing that is long enough to end a thought. */
const TYPING_PAUSE_MS = 350;

/** Recall's order is shown if ranking takes longer than this after it: images that move at once only disturb. */
const RECALL_PAUSE_MS = 150;

/** Options for the requests of all pages of a session. */
export type SessionOptions = Pick<
  SearchRequest,
  'not' | 'generation' | 'limit' | 'exhaustive' | 'understand' | 'collapse' | 'filter' | 'facets' | 'channels'
>;

/**
 * The current query and its result. Only the latest query counts: an earlier one is aborted and never shown. Nothing
 * here throws or rejects; problems are states. An `offline` session searches again by itself once the browser reports
 * that it is online. The functions need no `this`, so they can be passed on.
 */
export interface SearchSession {
  readonly getState: () => SearchState;
  /** Calls the listener after each change, until the returned function is called. */
  readonly subscribe: (listener: (state: SearchState) => void) => () => void;
  /** Searches now, also for the same words. */
  readonly search: (text: string) => void;
  /** For every change of a text field: searches once the typing pauses. */
  readonly type: (text: string) => void;
  /** Repeats the last search. */
  readonly retry: () => void;
  /** Fetches the next page, if there is one and it is not being fetched. */
  readonly more: () => Promise<void>;
  /** Returns to the start; aborts a running request. */
  readonly reset: () => void;
  /** Aborts a running request and keeps the state, until `resume`: for a view that is removed. */
  readonly stop: () => void;
  /** Repeats the request that `stop` has aborted. */
  readonly resume: () => void;
}

/**
 * A search session with a client, independent of a page.
 *
 * @example
 * const session = createSearchSession(client, { limit: 10 });
 * session.subscribe((state) => render(state));
 * session.search('a girl throws a ball to a dog');
 */
export function createSearchSession(
  client: { search(request: SearchRequest & { readonly q: string }): ReturnType<SearchClient['search']> },
  options: SessionOptions = {},
): SearchSession {
  const listeners = new Set<(state: SearchState) => void>();
  let state: SearchState = { status: 'idle' };
  let current = new AbortController();
  let pause: ReturnType<typeof setTimeout> | undefined;

  function enter(next: SearchState): void {
    state = next;
    for (const listener of listeners) listener(next);
  }

  /** Aborts the running request. */
  function begin(): AbortSignal {
    clearTimeout(pause);
    current.abort();
    current = new AbortController();
    return current.signal;
  }

  /** Never rejects. Its result is not used after the signal has aborted. */
  async function ask(
    q: string,
    after: string | undefined,
    signal: AbortSignal,
    onRecall?: (answer: SearchResponse) => void,
  ): Promise<SearchResponse | SearchProblem> {
    try {
      return await client.search({ ...options, q, after, signal, onRecall });
    } catch (error) {
      if (error instanceof SearchProblem) return error;
      // Another client may throw anything.
      const detail = String(error);
      return new SearchProblem({ code: 'internal', title: 'The search did not work', detail }, error);
    }
  }

  async function searchFor(query: string, typed: boolean): Promise<void> {
    const signal = begin();
    const previous =
      'results' in state ? state.results : state.status === 'searching' ? state.previous : undefined;
    enter({ status: 'searching', query, typed, previous });
    let early: ReturnType<typeof setTimeout> | undefined;
    const answer = await ask(query, undefined, signal, (recalled) => {
      if (recalled.hits.length === 0) return;
      early = setTimeout(() => {
        if (!signal.aborted) enter(provisional(query, recalled));
      }, RECALL_PAUSE_MS);
    });
    clearTimeout(early);
    if (signal.aborted) return;
    const next = answer instanceof SearchProblem ? failed(query, answer) : found(query, answer);
    if (next.status === 'offline') globalThis.addEventListener?.('online', retry, { signal });
    enter(next);
  }

  function retry(): void {
    const query = queryOf(state);
    if (query !== undefined) void searchFor(query, false);
  }

  function reset(): void {
    begin();
    if (state.status !== 'idle') enter({ status: 'idle' });
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    search(text) {
      const query = text.trim();
      if (query !== '') {
        void searchFor(query, false);
      } else {
        begin();
        enter({ status: 'blank' });
      }
    },
    type(text) {
      clearTimeout(pause);
      pause = setTimeout(() => {
        const query = text.trim();
        if (query === '') reset();
        else if (query !== queryOf(state)) void searchFor(query, true);
      }, TYPING_PAUSE_MS);
    },
    retry,
    async more() {
      if (state.status !== 'results') return;
      const { results } = state;
      if (results.provisional || results.more === 'loading' || results.more === 'end') return;
      const { signal } = current;
      enter({ status: 'results', results: { ...results, more: 'loading' } });
      const answer = await ask(results.query, results.next, signal);
      if (signal.aborted) return;
      const next = answer instanceof SearchProblem ? { ...results, more: answer } : extended(results, answer);
      enter({ status: 'results', results: next });
    },
    reset,
    stop: () => void begin(),
    resume() {
      const begun = state.status === 'searching' || (state.status === 'results' && state.results.provisional);
      if (begun || state.status === 'offline') retry();
      else if (state.status === 'results' && state.results.more === 'loading')
        enter({ status: 'results', results: { ...state.results, more: 'ready' } });
    },
  };
}

function failed(query: string, problem: SearchProblem): SearchState {
  const { code } = problem;
  const status = code === 'offline' ? 'offline' : code === 'rate_limited' ? 'rate-limited' : 'failed';
  return { status, query, problem };
}

/** Whether anything fits is said once it is known. */
function provisional(query: string, answer: SearchResponse): SearchState {
  const state = found(query, answer);
  return 'results' in state
    ? { ...state, results: { ...state.results, provisional: true, match: undefined } }
    : state;
}

function found(query: string, answer: SearchResponse): SearchState {
  const { generation, words, understood, without, stage, degraded, filtered, facets, match } = answer;
  const read = { query, generation, words, understood, without, match };
  const none: SearchResults = {
    ...read,
    stage,
    degraded,
    filtered,
    facets,
    hits: [],
    provisional: false,
    next: undefined,
    more: 'ready',
    ...('like' in answer ? { like: Number(answer.like) } : {}),
  };
  return { status: answer.hits.length > 0 ? 'results' : 'empty', results: extended(none, answer) };
}

/** Adds a page. If the reranker was late meanwhile, the page may repeat images. */
function extended(before: SearchResults, { hits, degraded, next }: SearchResponse): SearchResults {
  const known = new Set(
    before.hits.flatMap(({ id, alike }) => [id, ...(alike?.hits.map((hit) => hit.id) ?? [])]),
  );
  return {
    ...before,
    degraded: before.degraded ?? degraded,
    hits: [...before.hits, ...hits.filter(({ id }) => !known.has(id))],
    next,
    more: next === undefined ? 'end' : 'ready',
  };
}
