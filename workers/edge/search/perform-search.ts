import { AppError } from '../../../shared/errors/index.ts';
import type { TraceSpan } from '../../../shared/observe/tracing.ts';
import type { QueryEncoder } from '../../../shared/search/ports.ts';
import type { Degradation, SearchAnswer } from '../../../shared/search/search-answer.ts';
import { search } from '../../../shared/search/search-engine.ts';
import type { SearchParts } from '../../../shared/search/search-request.ts';
import type { KeptAnswer } from '../cache/kept-answer.ts';
import { type Access, shownAnswer } from '../keys/access.ts';
import { tracedParts } from '../observe/traced-parts.ts';
import { replacedIndex } from '../paging/replaced-index.ts';
import type { EdgeCall, EdgeQueryEncoder } from './edge-query-encoder.ts';
import { nextPage, type SearchPage } from './read-page.ts';
import type { SearchAdmission } from './search-admission.ts';
import { searchResponseRest } from './search-response.ts';

export interface PerformingParts
  extends Pick<SearchParts, 'recall' | 'ranker' | 'payloads' | 'vectors' | 'fields'> {
  readonly encoder: Pick<EdgeQueryEncoder, 'encode'>;
  readonly admission: SearchAdmission;
  /** Widths that `/images/…` is served in. */
  readonly imageWidths?: readonly number[] | undefined;
}

export interface PerformingCall extends EdgeCall {
  /** Of all callers who get the answer: they are of one scope. */
  readonly access: Access;
  readonly signal: AbortSignal;
  /** What the search is a part of; of several callers who share it, the first one's. */
  readonly span?: TraceSpan | undefined;
  /** Gets the answer in recall's order while the shortlist is ranked. */
  readonly onRecalled?: ((answer: KeptAnswer) => void) | undefined;
}

/** Milliseconds of the stages of a search. */
export type Timings = Map<string, number>;

/** What a search came to. */
export interface Performed {
  readonly answer: KeptAnswer;
  readonly degraded: Degradation | undefined;
  readonly timings: Timings;
}

/** Where a generation that a cursor names is gone: from the reranker, or its collection from the vector database. */
const GONE: ReadonlySet<string> = new Set(['generation_stale', 'not_found']);

/**
 * Searches in its turn, for one caller or for several who ask the same.
 *
 * @param timings gets the time of each stage, also of a search that fails
 */
export async function performSearch(
  { request, list }: SearchPage,
  parts: PerformingParts,
  call: PerformingCall,
  timings: Timings,
): Promise<Performed> {
  const { encoder, recall, ranker, payloads, vectors, fields, admission, imageWidths } = parts;
  const { access, onRecalled } = call;
  const kept = async (found: SearchAnswer): Promise<KeptAnswer> => {
    const { generation, stage } = found;
    const next = nextPage(request, found, list);
    const shown = await shownAnswer(found, access);
    const rest = searchResponseRest(request, shown, { widths: imageWidths, next });
    const { match, hits } = found;
    return { generation, stage, match, hits: hits.length, rest: new TextEncoder().encode(rest) };
  };
  let ended = false;
  /** Never behind the answer, or its failure. */
  const tell = (recalled: SearchAnswer): void => {
    void kept(recalled).then(
      (answer) => ended || onRecalled?.(answer),
      () => {},
    );
  };
  const time = async (stage: string, work: () => Promise<unknown>): Promise<unknown> => {
    const began = performance.now();
    try {
      return await work();
    } finally {
      timings.set(stage, performance.now() - began);
    }
  };
  const ports = {
    encoder: {
      encode: (query, fresh, own) => encoder.encode(query, fresh, { ...call, ...own }),
    } satisfies QueryEncoder,
    recall,
    ranker,
    payloads,
    vectors,
    fields,
  };
  const began = performance.now();
  const waited = call.span?.child('wait');
  const begin = (): Promise<SearchAnswer> => {
    timings.set('wait', performance.now() - began);
    waited?.end();
    return search(
      request,
      {
        ...(call.span === undefined ? ports : tracedParts(ports, call.span)),
        within: access.within,
        visible: access.visible,
        degrade: true,
        onRecalled: onRecalled && tell,
        time,
      },
      call,
    );
  };
  const answer = await admission.run(call.signal, begin).catch((thrown: unknown) => {
    ended = true;
    if (call.signal.aborted) throw new AppError('cancelled', 'the caller has left', { cause: thrown });
    if (!(thrown instanceof AppError)) throw thrown;
    if (request.generation !== undefined && GONE.has(thrown.code)) {
      throw replacedIndex(request.generation, thrown);
    }
    if (thrown.code !== 'not_found') throw thrown;
    // The collection or its points are gone, even at the second attempt: not an error of the caller.
    throw new AppError('recall_unavailable', thrown.message, { hint: thrown.hint, cause: thrown });
  });
  for (const [part, ms] of Object.entries(answer.compared?.took ?? {})) timings.set(part, ms);
  const whole = await kept(answer).finally(() => {
    ended = true;
  });
  return { answer: whole, degraded: answer.degraded, timings };
}
