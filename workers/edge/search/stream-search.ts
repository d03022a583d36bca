import type { Context } from 'hono';
import { answerTo, type KeptAnswer } from '../cache/kept-answer.ts';
import type { EdgeEnv } from '../http/edge-env.ts';
import { describeFailure } from '../http/problem.ts';
import { type EventName, type EventType, eventText } from './answer-events.ts';
import { logDegradation, writeNotes } from './answer-notes.ts';
import { type AnswerParts, type Notes, obtainAnswer } from './obtain-answer.ts';
import type { SearchPage } from './read-page.ts';

/**
 * The answer to a search as a stream: recall's order as soon as it is there, then the ranked one. What fails before the first event is a
 * problem with its status, as for any other answer.
 */
export async function streamSearch(
  c: Context<EdgeEnv>,
  page: SearchPage,
  parts: AnswerParts,
  type: EventType,
): Promise<Response> {
  const notes: Notes = { timings: new Map() };
  const leaving = new AbortController();
  const requestId = c.get('requestId');
  const seen = c.get('observation');
  const waitUntil = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work);
  const encoder = new TextEncoder();
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      stream = controller;
    },
    // The caller has left.
    cancel: () => leaving.abort(),
  });
  const send = (name: EventName, json: string): void => {
    // Nobody reads it any more.
    if (!leaving.signal.aborted) stream?.enqueue(encoder.encode(eventText(type, name, json)));
  };
  const sendAnswer = (name: 'recall' | 'ranked', answer: KeptAnswer): void =>
    send(name, new TextDecoder().decode(answerTo(page.request.q, answer)));
  const begun = Promise.withResolvers<void>();
  let isBegun = false;
  const begin = (): void => {
    isBegun = true;
    begun.resolve();
  };
  const caller = {
    access: c.get('access'),
    signal: AbortSignal.any([c.req.raw.signal, leaving.signal]),
    requestId,
    waitUntil,
    span: seen?.span,
    onRecalled: (answer: KeptAnswer) => {
      sendAnswer('recall', answer);
      begin();
    },
  };
  const work = obtainAnswer(page, parts, caller, notes)
    .then(
      ({ answer, degraded }) => {
        sendAnswer('ranked', answer);
        seen?.found(page.request, answer, degraded);
        if (degraded) logDegradation(c, degraded);
        send('done', JSON.stringify(Object.fromEntries(notes.timings)));
        begin();
      },
      (thrown: unknown) => {
        if (!isBegun) throw thrown;
        send('problem', JSON.stringify(describeFailure(thrown, requestId, c.get('log')).problem));
      },
    )
    .finally(() => {
      if (!leaving.signal.aborted) stream?.close();
    });
  work.catch(begun.reject);
  // What a caller who leaves holds, its place among the searches, is free again only when the work has ended.
  const over = work.catch(() => {});
  waitUntil(over);
  if (seen) seen.over = over;
  await begun.promise.finally(() => writeNotes(c, notes));
  c.header('Content-Type', type === 'text/event-stream' ? `${type}; charset=utf-8` : type);
  c.header('Cache-Control', 'no-store');
  // Proxies that collect an answer would send both orders at once.
  c.header('X-Accel-Buffering', 'no');
  return c.body(body, 200);
}
