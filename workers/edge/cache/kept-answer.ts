import type { Stage } from '../../../shared/schema/index.ts';

/** A complete answer to a search, as text, without the query that it repeats: that is the caller's own. */
export interface KeptAnswer {
  readonly generation: string;
  readonly stage: Stage;
  /** The JSON behind the member `query`, as UTF-8. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** The answer to a caller's query. */
export function answerTo(q: string, { rest }: Pick<KeptAnswer, 'rest'>): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`{"query":${JSON.stringify(q)},`);
  const whole = new Uint8Array(head.length + rest.length);
  whole.set(head);
  whole.set(rest, head.length);
  return whole;
}
