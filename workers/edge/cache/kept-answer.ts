import type { Match, Stage } from '../../../shared/schema/index.ts';
import type { SearchRequest } from '../../../shared/search/search-request.ts';

/** A complete answer to a search, as text, without the query that it repeats: that is the caller's own. */
export interface KeptAnswer {
  readonly generation: string;
  readonly stage: Stage;
  /** Whether anything fits, and how many hits there are: for who observes. */
  readonly match?: Match | undefined;
  readonly hits: number;
  /** The JSON behind the member `query`, as UTF-8. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** The answer to a caller's query; of several sentences it repeats the first here. */
export function answerTo(
  asked: SearchRequest['q'],
  { rest }: Pick<KeptAnswer, 'rest'>,
): Uint8Array<ArrayBuffer> {
  const q = typeof asked === 'string' ? asked : asked[0]?.q;
  const head = new TextEncoder().encode(`{"query":${JSON.stringify(q)},`);
  const whole = new Uint8Array(head.length + rest.length);
  whole.set(head);
  whole.set(rest, head.length);
  return whole;
}
