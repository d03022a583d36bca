import { type SparseVector, sparseVector } from '../../model/sparse-vector.ts';
import type { QueryWord } from '../../schema/index.ts';
import { captionTerms, termIndex } from './caption-terms.ts';

/** A query's words, as they were read, and how much of the query they are. */
export interface WeighedWords {
  readonly words: readonly QueryWord[];
  readonly share: number;
}

/**
 * What captions are searched for: the terms of the words that a query does not deny, each with the same weight, 1 together (of several
 * sentences by their shares). A word whose spelling was corrected counts in both spellings: captions may know a name that the model does not. One that was replaced
 * by a word near in meaning counts as it was written.
 */
export function queryTerms(sentences: readonly WeighedWords[]): SparseVector {
  const weights = new Map<number, number>();
  for (const { words, share } of sentences) {
    const asked = words
      .filter(({ negated }) => negated === undefined)
      .map(({ text, as, by }) => new Set(captionTerms(by === 'spelling' ? `${text} ${as}` : text)))
      .filter(({ size }) => size > 0);
    for (const terms of asked) {
      for (const term of terms) {
        const index = termIndex(term);
        weights.set(index, (weights.get(index) ?? 0) + share / asked.length);
      }
    }
  }
  return sparseVector(Uint32Array.from(weights.keys()), Float32Array.from(weights.values()));
}
