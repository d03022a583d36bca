import type { SparseVector } from '../../../shared/model/sparse-vector.ts';
import { BestScores } from '../../../shared/retrieval/best-scores.ts';
import type { Slices } from '../scheduling/slices.ts';
import type { SparseSet } from '../vectors/sparse-set.ts';

export interface SparseSearchOptions {
  readonly limit: number;
  /** Only these slots; all by default. */
  readonly slots?: Int32Array | undefined;
  /** Lower scores are left out. */
  readonly least?: number | undefined;
  /** Orders points with the same score. */
  readonly tie: (a: number, b: number) => number;
  readonly slices: Slices;
}

/** Entries of the index between two looks at the time. */
const STEP = 4096;

/** The `limit` points with the highest inner products, in float64. A point that shares no index with the query is not found. */
export async function searchSparse(
  set: SparseSet,
  query: SparseVector,
  { limit, slots, least = Number.NEGATIVE_INFINITY, tie, slices }: SparseSearchOptions,
): Promise<{ readonly slot: number; readonly score: number }[]> {
  const allowed = slots && new Uint8Array(set.end);
  if (allowed) for (const slot of slots) allowed[slot] = 1;
  const scores = new Float64Array(set.end);
  const met = new Uint8Array(set.end);
  const touched: number[] = [];
  let steps = 0;
  for (const [at, index] of query.indices.entries()) {
    const weight = (query.values[at] as number) * set.weightOf(index);
    for (const [slot, value] of set.having(index)) {
      if (++steps % STEP === 0 && slices.due) await slices.pause();
      if (allowed && allowed[slot] !== 1) continue;
      scores[slot] = (scores[slot] as number) + weight * value;
      if (met[slot] === 1) continue;
      met[slot] = 1;
      touched.push(slot);
    }
  }
  const best = new BestScores(limit, tie);
  for (const slot of touched) {
    if (++steps % STEP === 0 && slices.due) await slices.pause();
    const score = scores[slot] as number;
    if (score >= least) best.offer(slot, score);
  }
  return best.ranked().map(({ id: slot, score }) => ({ slot, score }));
}
