import { AppError } from '../../../shared/errors/index.ts';
import type { Degradation } from '../../../shared/search/search-answer.ts';
import type { SearchParts } from '../../../shared/search/search-request.ts';
import type { AnswerCache } from '../cache/answer-cache.ts';
import { answerKey } from '../cache/answer-key.ts';
import type { KeptAnswer } from '../cache/kept-answer.ts';
import type { SharedWork } from '../cache/shared-work.ts';
import type { EdgeConfiguration } from '../environment.ts';
import type { EdgeQueryEncoder } from './edge-query-encoder.ts';
import { type Performed, type PerformingCall, performSearch, type Timings } from './perform-search.ts';
import type { SearchPage } from './read-page.ts';
import type { SearchAdmission } from './search-admission.ts';

export interface SearchRouteParts
  extends Pick<SearchParts, 'recall' | 'ranker' | 'payloads' | 'vectors' | 'fields'> {
  readonly encoder: Pick<EdgeQueryEncoder, 'encode'>;
  readonly cacheSeconds: number;
  /** Complete answers, to be sent again; without it every search is performed. */
  readonly answers?: AnswerCache | undefined;
  readonly budgets: EdgeConfiguration['budgets'];
  /** Widths that `/images/…` is served in. */
  readonly imageWidths?: readonly number[] | undefined;
}

export interface AnswerParts extends SearchRouteParts {
  /** Large work that waits does not keep small work waiting. */
  readonly admission: { readonly shortlist: SearchAdmission; readonly exhaustive: SearchAdmission };
  /** Searches under way, for all who ask the same. */
  readonly underWay: SharedWork<Performed, KeptAnswer>;
}

/** Who asks, and what of the answer. */
export interface Caller extends PerformingCall {
  /** Gets recall's order while the shortlist is ranked. */
  readonly onRecalled?: ((answer: KeptAnswer) => void) | undefined;
}

/** What there is to say of an answer beside it, also of one that failed. */
export interface Notes {
  timings: Timings;
  /** RFC 9211; undefined if no answers are kept. */
  cacheStatus?: string;
  /** Seconds since the generation of a kept answer was known to be active. */
  age?: number;
  /** Seconds after which to ask again. */
  retryAfter?: number;
}

export interface Obtained {
  readonly answer: KeptAnswer;
  readonly degraded: Degradation | undefined;
}

/**
 * The answer to a search: one that was kept, or of a search that is performed, for all who ask the same at the same time.
 *
 * @param notes are filled in
 */
export async function obtainAnswer(
  page: SearchPage,
  parts: AnswerParts,
  caller: Caller,
  notes: Notes,
): Promise<Obtained> {
  const { answers, underWay } = parts;
  const { request } = page;
  const { access, signal, requestId, waitUntil, onRecalled, span } = caller;
  const admission = parts.admission[request.exhaustive ? 'exhaustive' : 'shortlist'];
  const { timings } = notes;
  try {
    if (answers === undefined) {
      return await performSearch(page, { ...parts, admission }, caller, timings);
    }
    const key = answerKey(request, access.scope);
    const found = await answers.find(key, request.generation, { requestId, waitUntil });
    if (found !== undefined) {
      // RFC 9111: an answer is as old as the knowledge that it is valid.
      notes.age = Math.floor(found.age / 1000);
      notes.cacheStatus = `gsmn; hit; ttl=${Math.floor(found.left / 1000)}`;
      return { answer: found.answer, degraded: undefined };
    }
    const began = performance.now();
    const begin = async (ofAll: AbortSignal, tell: (recalled: KeptAnswer) => void): Promise<Performed> => {
      const call = { access, signal: ofAll, requestId, waitUntil, onRecalled: onRecalled && tell, span };
      const performed = await performSearch(page, { ...parts, admission }, call, timings);
      const asked = request.generation === undefined ? began : undefined;
      if (performed.degraded === undefined) answers.set(key, performed.answer, asked, call);
      return performed;
    };
    // Recall's order has a price, so only those who want it share a search that tells it.
    const place = JSON.stringify([onRecalled !== undefined, request.generation, key]);
    const { result, joined } = await underWay.join(place, signal, begin, waitUntil, onRecalled);
    notes.timings = result.timings;
    const what = joined ? '; collapsed' : result.degraded === undefined ? '; stored' : '';
    notes.cacheStatus = `gsmn; fwd=miss${what}`;
    return result;
  } catch (thrown) {
    if (signal.aborted) throw new AppError('cancelled', 'the caller has left', { cause: thrown });
    if (thrown instanceof AppError && thrown.code === 'overloaded') notes.retryAfter = admission.retryAfter;
    throw thrown;
  }
}
