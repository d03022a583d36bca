import { type TermStatistics, termWeight } from './bm25.ts';
import { captionTerms, termIndex } from './caption-terms.ts';

/** By the index of a term: how often the captions of an image have it. */
export type TermCounts = ReadonlyMap<number, number>;

/** Different words whose terms are remembered: finding the base form of one takes longer than all else. */
const REMEMBERED = 100_000;

/** Counts the terms of captions. */
export class TermCounter {
  readonly #known = new Map<string, readonly number[]>();

  /** The terms of all captions of an image. */
  count(captions: readonly string[]): TermCounts {
    const counts = new Map<number, number>();
    for (const caption of captions) {
      // White space ends every word.
      for (const word of caption.split(/\s+/u)) {
        for (const index of this.#indicesOf(word)) counts.set(index, (counts.get(index) ?? 0) + 1);
      }
    }
    return counts;
  }

  #indicesOf(word: string): readonly number[] {
    let indices = this.#known.get(word);
    if (indices !== undefined) return indices;
    indices = captionTerms(word).map(termIndex);
    if (this.#known.size === REMEMBERED) this.#known.clear();
    this.#known.set(word, indices);
    return indices;
  }
}

/** What the weights depend on beside the image, of the counts of every image. */
export function termStatistics(images: Iterable<TermCounts>): TermStatistics {
  const having = new Map<number, number>();
  let described = 0;
  let terms = 0;
  for (const counts of images) {
    for (const index of counts.keys()) having.set(index, (having.get(index) ?? 0) + 1);
    terms += lengthOf(counts);
    if (counts.size > 0) described++;
  }
  return { images: described, averageLength: terms / Math.max(1, described), having };
}

/** The terms of an image with their weights, by ascending indices. */
export function weighedTerms(
  counts: TermCounts,
  statistics: TermStatistics,
): [index: number, weight: number][] {
  const length = lengthOf(counts);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([index, count]) => [index, termWeight(index, count, length, statistics)]);
}

function lengthOf(counts: TermCounts): number {
  let length = 0;
  for (const count of counts.values()) length += count;
  return length;
}
