import type { Query } from './query.ts';

/** The queries of one direction at both ends of the ranks. */
export interface ExtremeQueries<Q extends Query> {
  /** Worst first. */
  readonly worst: readonly Q[];
  /** Best first, none of them among the worst. */
  readonly best: readonly Q[];
}

/**
 * The queries whose right answer ranks lowest and highest. Among equal ranks, queries are worse if the right answer is
 * further behind the first of the ranking, and better if it is further ahead of the next.
 */
export function extremeQueries<Q extends Query>(
  queries: readonly Q[],
  worst: number,
  best: number,
): ExtremeQueries<Q> {
  const ordered = queries.toSorted((one, other) => other.rank - one.rank || lead(one) - lead(other));
  const rest = ordered.slice(worst);
  return { worst: ordered.slice(0, worst), best: rest.slice(Math.max(0, rest.length - best)).reverse() };
}

/** How far the score of the right answer is ahead of the best wrong one among the first answers; negative if it is behind. */
function lead({ score, found }: Query): number {
  const wrong = found.find(({ right }) => !right);
  return wrong === undefined ? 0 : score - wrong.score;
}
