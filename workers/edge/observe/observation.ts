import type { TraceSpan } from '../../../shared/observe/tracing.ts';
import type { Degradation } from '../../../shared/search/search-answer.ts';
import type { SearchRequest } from '../../../shared/search/search-request.ts';
import type { KeptAnswer } from '../cache/kept-answer.ts';

/** What is seen of one request of the API while it is handled. */
export class Observation {
  readonly began = performance.now();
  /** The span of the request; undefined if nothing is traced. */
  readonly span: TraceSpan | undefined;
  /** Milliseconds of each stage; of one that ran twice, of both together. */
  readonly stages = new Map<string, number>();
  /** Of a search that was answered. */
  search: FoundSearch | undefined;
  /** Of an answer that is sent in parts: its end. */
  over: Promise<void> | undefined;
  /** The code of the error that it ended with. */
  code: string | undefined;

  constructor(span: TraceSpan | undefined) {
    this.span = span;
  }

  stage(name: string, milliseconds: number): void {
    this.stages.set(name, (this.stages.get(name) ?? 0) + milliseconds);
  }

  found(request: SearchRequest, { stage, match, hits }: KeptAnswer, degraded: Degradation | undefined): void {
    this.search = { request, stage, match, hits, degraded };
  }
}

/** What was found, without the hits themselves. */
export interface FoundSearch extends Pick<KeptAnswer, 'stage' | 'match' | 'hits'> {
  readonly request: SearchRequest;
  readonly degraded: Degradation | undefined;
}

/** A request that has ended. */
export interface EndedRequest extends Pick<Observation, 'stages' | 'search' | 'code'> {
  /** As the app has it: `/v1/search`; `other` for none of its own. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** Gets every request of the API when it has ended. */
export type Observer = (request: EndedRequest) => void;
