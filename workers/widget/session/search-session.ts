import type { SearchResponse } from '../../../shared/schema/index.ts';
import type { Outcome, PageRequest } from '../request/outcome.ts';
import type { Results, View } from './view.ts';

/** The API's own limits (shared/schema, which would bring its validator into the bundle). */
export const API_LIMITS = { queryCharacters: 500, limit: 100, offset: 1000 } as const;
/** A pause in typing that is long enough to be the end of a thought. */
const TYPING_PAUSE_MS = 350;

export interface SessionParts {
  readonly request: (page: PageRequest, signal: AbortSignal) => Promise<Outcome>;
  /** Hits on a page. */
  readonly limit: () => number;
  readonly onView: (view: View) => void;
  /** A search begins, or the line was emptied; `typed` when that began by itself while someone writes. */
  readonly onSearch: (query: string, typed: boolean) => void;
}

/** What was asked and what came of it. Only the latest question counts: an earlier one is aborted and never shown. */
export class SearchSession {
  readonly #parts: SessionParts;
  #view: View = { kind: 'start' };
  #current = new AbortController();
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get view(): View {
    return this.#view;
  }

  /** Searches once the typing pauses. */
  typed(text: string): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      const query = text.trim();
      if (query === '') {
        this.reset();
        this.#parts.onSearch('', true);
      } else if (query !== this.#query()) {
        this.#search(query, true);
      }
    }, TYPING_PAUSE_MS);
  }

  /** Searches now, for the same words too. */
  search(text: string): void {
    const query = text.trim();
    if (query !== '') {
      this.#search(query, false);
    } else {
      this.reset();
      this.#show({ kind: 'empty' });
    }
  }

  retry(): void {
    const query = this.#query();
    if (query !== undefined) this.#search(query, false);
  }

  /** Fetches the next page, if there is one and it is not on its way. */
  async more(): Promise<void> {
    if (this.#view.kind !== 'results') return;
    const before = this.#view.results;
    if (before.more === 'loading' || before.more === 'end') return;
    const { signal } = this.#current;
    const limit = this.#parts.limit();
    this.#show({ kind: 'results', results: { ...before, more: 'loading' } });
    const outcome = await this.#parts.request({ q: before.query, limit, offset: before.reached }, signal);
    if (signal.aborted) return;
    const results = outcome.failure
      ? { ...before, more: outcome.failure }
      : extended(before, outcome.answer, limit);
    this.#show({ kind: 'results', results });
  }

  /** Back to the invitation; whatever is on its way is dropped. */
  reset(): void {
    this.#begin();
    if (this.#view.kind !== 'start') this.#show({ kind: 'start' });
  }

  /** Drops what is on its way and leaves what is to be seen, until `resume`. */
  stop(): void {
    this.#begin();
  }

  /** Asks again for what `stop` has dropped. */
  resume(): void {
    if (this.#view.kind === 'loading') this.retry();
    if (this.#view.kind !== 'results' || this.#view.results.more !== 'loading') return;
    this.#show({ kind: 'results', results: { ...this.#view.results, more: 'ready' } });
  }

  #search(query: string, typed: boolean): void {
    const signal = this.#begin();
    this.#parts.onSearch(query, typed);
    this.#show({ kind: 'loading', query, previous: this.#previous() });
    void this.#first(query, signal);
  }

  async #first(q: string, signal: AbortSignal): Promise<void> {
    const limit = this.#parts.limit();
    const outcome = await this.#parts.request({ q, limit, offset: 0 }, signal);
    if (signal.aborted) return;
    this.#show(
      outcome.failure
        ? { kind: 'failed', query: q, failure: outcome.failure }
        : { kind: 'results', results: first(q, outcome.answer, limit) },
    );
  }

  #begin(): AbortSignal {
    clearTimeout(this.#pause);
    this.#current.abort();
    this.#current = new AbortController();
    return this.#current.signal;
  }

  #show(view: View): void {
    this.#view = view;
    this.#parts.onView(view);
  }

  #query(): string | undefined {
    const view = this.#view;
    if (view.kind === 'results') return view.results.query;
    return view.kind === 'loading' || view.kind === 'failed' ? view.query : undefined;
  }

  #previous(): Results | undefined {
    if (this.#view.kind === 'results') return this.#view.results;
    return this.#view.kind === 'loading' ? this.#view.previous : undefined;
  }
}

function first(query: string, answer: SearchResponse, limit: number): Results {
  const { words, stage, degraded } = answer;
  const none: Results = { query, words, stage, degraded, hits: [], reached: 0, more: 'ready' };
  return extended(none, answer, limit);
}

/** A page more. An index that was exchanged meanwhile may bring pictures again that are there already. */
function extended(before: Results, { hits, degraded }: SearchResponse, limit: number): Results {
  const known = new Set(before.hits.map(({ id }) => id));
  const reached = before.reached + hits.length;
  return {
    ...before,
    degraded: before.degraded ?? degraded,
    hits: [...before.hits, ...hits.filter(({ id }) => !known.has(id))],
    reached,
    more: hits.length < limit || reached > API_LIMITS.offset ? 'end' : 'ready',
  };
}
