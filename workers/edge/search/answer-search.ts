import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { setMetric } from 'hono/timing';
import { answerTo } from '../cache/kept-answer.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { EVENT_TYPES } from './answer-events.ts';
import { logDegradation, writeNotes } from './answer-notes.ts';
import { type AnswerParts, type Notes, obtainAnswer } from './obtain-answer.ts';
import { type AskedSearch, readPage, type SearchPage } from './read-page.ts';
import { streamSearch } from './stream-search.ts';

const JSON_TYPE = 'application/json';

/**
 * The answer to a search: whole, or, for a caller who prefers a stream of events, recall's order first.
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
  if (page.request.exhaustive) c.get('access').spend('exhaustive');
  c.header('Vary', 'Accept', { append: true });
  const supports = [JSON_TYPE, ...EVENT_TYPES];
  const type = accepts(c, { header: 'Accept', supports, default: JSON_TYPE });
  const events = EVENT_TYPES.find((one) => one === type);
  // The headers of a stream are no answer to HEAD: it has as many of them as there are events.
  return events === undefined || c.req.method === 'HEAD'
    ? wholeAnswer(c, page, parts, cacheControl)
    : streamSearch(c, page, parts, events);
}

async function wholeAnswer(
  c: Context<EdgeEnv>,
  page: SearchPage,
  parts: AnswerParts,
  cacheControl: string,
): Promise<Response> {
  const notes: Notes = { timings: new Map() };
  const call = {
    access: c.get('access'),
    signal: c.req.raw.signal,
    requestId: c.get('requestId'),
    span: c.get('observation')?.span,
    waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
  };
  const { answer, degraded } = await obtainAnswer(page, parts, call, notes).finally(() =>
    writeNotes(c, notes),
  );
  c.get('observation')?.found(page.request, answer, degraded);
  c.header('Content-Type', JSON_TYPE);
  c.header('X-Search-Stage', answer.stage);
  c.header('Cache-Control', degraded ? 'no-store' : cacheControl);
  if (degraded) {
    const { code } = degraded;
    c.header('X-Search-Degraded', code);
    setMetric(c, 'degraded', code);
    logDegradation(c, degraded);
  }
  return c.body(answerTo(page.request.q, answer), 200);
}
