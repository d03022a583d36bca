import { AppError } from '../../errors/index.ts';
import type { RecallText } from '../recall-encoder.ts';
import type { FeatureLayout } from './feature-layout.ts';
import { assertRows, weightedMean } from './weighted-mean.ts';

/** How often each counted word occurs: from its position in the bag to its count. */
type WordCounts = ReadonlyMap<number, number>;

/** The mean of a text's word nodes `[D]`, written to the start of `out`. */
export function writeWordMean(layout: FeatureLayout, input: RecallText, out: Float64Array): void {
  const D = layout.text.words;
  if (D === 0) return;
  const L = input.ids.length;
  if (L === 0) throw new AppError('query_empty', 'recall encoder: a text must have at least one word id');
  assertRows('word nodes', input.words, L, D);
  // Between <start> and <end>; a text without other words has only these two.
  const inner = L > 2 ? input.words.subarray(D, (L - 1) * D) : input.words;
  weightedMean(inner, [inner.length / D, D], undefined, out, 0);
}

/** The position of each counted word id in the bag. */
export function bagPositions({ text }: FeatureLayout): ReadonlyMap<number, number> {
  return new Map(text.bag.map((id, position) => [id, position]));
}

/** Counts the words that are in the bag; all others, including `<unk>`, do not count. */
export function countWords(positions: ReadonlyMap<number, number>, ids: readonly number[]): WordCounts {
  const counts = new Map<number, number>();
  for (const id of ids) {
    const position = positions.get(id);
    if (position !== undefined) counts.set(position, (counts.get(position) ?? 0) + 1);
  }
  return counts;
}
