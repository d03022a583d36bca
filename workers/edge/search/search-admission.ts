import { AdaptiveLimit } from '../../../shared/async/adaptive-limit.ts';
import { Admission } from '../../../shared/async/admission.ts';
import { AppError } from '../../../shared/errors/index.ts';
import type { SearchAnswer } from '../../../shared/search/search-answer.ts';

export interface SearchAdmissionOptions {
  /** How long a search that has begun should take at most, in milliseconds. */
  readonly targetMs: number;
  /** How long a search may wait for its turn, in milliseconds. */
  readonly waitMs: number;
}

/** Searches at once in an isolate, before anything was measured and at most. Chosen: the limit moves away from the first soon, and rarely reaches the last. */
const AT_ONCE = { start: 16, most: 256 };
/** Searches that wait. Chosen: more than an isolate could begin within the wait. */
const WAITING = 1024;

/**
 * Lets an isolate begin as many searches at once as its services finish in time; further ones wait a moment, then they are refused. So
 * an overload makes some searches wait and refuses others, where without it every search would be late and none complete.
 *
 * A search that waits in vain is refused only at the end of its wait, although that could be foreseen: a caller that repeats a refused
 * search at once would otherwise take the time of those who wait.
 */
export class SearchAdmission {
  readonly #limit: AdaptiveLimit;
  readonly #admission: Admission;
  readonly #waitMs: number;

  constructor({ targetMs, waitMs }: SearchAdmissionOptions) {
    this.#limit = new AdaptiveLimit({ ...AT_ONCE, targetMs });
    this.#admission = new Admission(() => this.#limit.value, WAITING);
    this.#waitMs = waitMs;
  }

  /** Seconds until the searches that were admitted before are expected to be done, at least 1. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil(this.#admission.expectedMs / 1000));
  }

  /** @throws AppError `overloaded` if its turn does not come; the signal's reason; what the search throws. */
  async run(signal: AbortSignal, search: () => Promise<SearchAnswer>): Promise<SearchAnswer> {
    return this.#admission.run(signal, () => this.#measured(search), { waitMs: this.#waitMs });
  }

  async #measured(search: () => Promise<SearchAnswer>): Promise<SearchAnswer> {
    const began = performance.now();
    const note = (code: string | undefined): void => {
      // It says nothing about the load of a service.
      if (code !== undefined && !LOAD.has(code)) return;
      this.#limit.note({
        ms: performance.now() - began,
        failed: code !== undefined,
        running: this.#admission.running,
      });
    };
    try {
      const answer = await search();
      note(answer.degraded?.code);
      return answer;
    } catch (thrown) {
      note(thrown instanceof AppError ? thrown.code : 'internal');
      throw thrown;
    }
  }
}

/** Failures of a service with too much to do. */
const LOAD: ReadonlySet<string> = new Set(['timeout', 'overloaded']);
