import type { Context } from 'hono';
import { setMetric } from 'hono/timing';
import { AppError } from '../../../shared/errors/index.ts';
import type { SearchParts } from '../../../shared/search/search-request.ts';
import type { AnswerCache, Found } from '../cache/answer-cache.ts';
import { answerKey, type KeyScope } from '../cache/answer-key.ts';
import { answerTo } from '../cache/kept-answer.ts';
import type { SharedWork } from '../cache/shared-work.ts';
import type { EdgeConfiguration } from '../environment.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import type { EdgeQueryEncoder } from './edge-query-encoder.ts';
import { type Performed, performSearch, type Timings } from './perform-search.ts';
import { type AskedSearch, readPage, type SearchPage } from './read-page.ts';
import type { SearchAdmission } from './search-admission.ts';
import { describeDegradation } from './search-response.ts';

export interface SearchRouteParts extends Pick<SearchParts, 'recall' | 'ranker' | 'payloads' | 'fields'> {
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
  readonly underWay: SharedWork<Performed>;
}

/** Whoever may search sees the same images. */
const EVERYONE: KeyScope = 'everyone';

/**
 * The answer to a search: one that was kept, or of a search that is performed, for all who ask the same at the same time.
 *
 * @param cacheControl of a complete answer; one that lacks something is never kept by anybody
 */
export async function answerSearch(
  c: Context<EdgeEnv>,
  asked: AskedSearch,
  parts: AnswerParts,
  cacheControl: string,
): Promise<Response> {
  const page = await readPage(asked);
  const { request } = page;
  const { answers } = parts;
  const key = answerKey(request, EVERYONE);
  const found = await answers?.find(key, request.generation, {
    requestId: c.get('requestId'),
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  });
  if (found !== undefined) describeHit(c, found);
  const performed = found === undefined ? await perform(c, page, key, parts) : undefined;
  const { answer, degraded } = performed ?? { answer: (found as Found).answer, degraded: undefined };
  c.header('Content-Type', 'application/json');
  c.header('X-Search-Stage', answer.stage);
  c.header('Cache-Control', degraded ? 'no-store' : cacheControl);
  if (degraded) {
    const { code, message } = describeDegradation(degraded);
    c.header('X-Search-Degraded', code);
    setMetric(c, 'degraded', code);
    c.get('log')({ level: 'warn', requestId: c.get('requestId'), code, message });
  }
  return c.body(answerTo(request.q, answer), 200);
}

/** RFC 9211 and 9111: answers that were kept are as old as the knowledge that their generation is active. */
function describeHit(c: Context<EdgeEnv>, { age, left }: Found): void {
  c.header('Cache-Status', `gsmn; hit; ttl=${Math.floor(left / 1000)}`);
  c.header('Age', String(Math.floor(age / 1000)));
}

async function perform(
  c: Context<EdgeEnv>,
  page: SearchPage,
  key: string,
  parts: AnswerParts,
): Promise<Performed> {
  const { answers, underWay } = parts;
  const { request } = page;
  const { signal } = c.req.raw;
  const requestId = c.get('requestId');
  const waitUntil = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work);
  const admission = parts.admission[request.exhaustive ? 'exhaustive' : 'shortlist'];
  let timings: Timings = new Map();
  try {
    if (answers === undefined) {
      return await performSearch(page, { ...parts, admission }, { signal, requestId, waitUntil }, timings);
    }
    const began = performance.now();
    const begin = async (ofAll: AbortSignal): Promise<Performed> => {
      const call = { signal: ofAll, requestId, waitUntil };
      const performed = await performSearch(page, { ...parts, admission }, call, timings);
      const asked = request.generation === undefined ? began : undefined;
      if (performed.degraded === undefined) answers.set(key, performed.answer, asked, call);
      return performed;
    };
    const place = JSON.stringify([request.generation, key]);
    const { result, joined } = await underWay.join(place, signal, begin, waitUntil);
    timings = result.timings;
    const what = joined ? '; collapsed' : result.degraded === undefined ? '; stored' : '';
    c.header('Cache-Status', `gsmn; fwd=miss${what}`);
    return result;
  } catch (thrown) {
    if (signal.aborted) throw new AppError('cancelled', 'the caller has left', { cause: thrown });
    if (thrown instanceof AppError && thrown.code === 'overloaded') {
      c.header('Retry-After', String(admission.retryAfter));
    }
    throw thrown;
  } finally {
    for (const [stage, ms] of timings) setMetric(c, stage, ms);
  }
}
