import { wordsAndPairs } from '../../shared/retrieval/index.ts';
import type { WordVectors } from '../word-vectors/read-vectors.ts';
import type { PhotoRecallRecipe } from './recipe.ts';

/** Words that say little of what is in an image: pairs skip them. */
export const SKIPPED_WORDS = ['a', 'an', 'the', 'is', 'are', 'of', '.', ',', 'and'] as const;
const SKIPPED: ReadonlySet<string> = new Set(SKIPPED_WORDS);

/** The words and pairs that have rows. */
export interface WordTable {
  /** Those of the captions first. */
  readonly words: readonly string[];
  /** How many of them are of the captions: only these have numbers of their own. */
  readonly known: number;
  /** Length of a vector. */
  readonly size: number;
  /** `[words, size]`: vectors of unit length times the weight of the word; zero for pairs and words without a vector. */
  readonly vectors: Float32Array;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** A caption as rows of the table: its words and pairs, as often as they occur. */
export type CaptionRows = readonly number[];

/** Chooses words and pairs by the captions, and others by the file of vectors. */
export function wordTable(
  captions: Iterable<string>,
  vectors: WordVectors,
  { wordCaptions, pairCaptions, frequent, smoothing }: PhotoRecallRecipe['words'],
): WordTable {
  const [inCaptions, occurrences] = [new Map<string, number>(), new Map<string, number>()];
  let total = 0;
  for (const caption of captions) {
    const words = wordsAndPairs(caption, SKIPPED);
    for (const word of new Set(words)) inCaptions.set(word, (inCaptions.get(word) ?? 0) + 1);
    for (const word of words) {
      if (word.includes(' ')) continue;
      occurrences.set(word, (occurrences.get(word) ?? 0) + 1);
      total++;
    }
  }
  const own = [...inCaptions]
    .filter(([word, count]) => count >= (word.includes(' ') ? pairCaptions : wordCaptions))
    .map(([word]) => word)
    .sort();
  const rowOfVector = new Map(vectors.words.map((word, row) => [word, row]));
  const ownSet = new Set(own);
  // Words that captions have too seldom to learn from come by their vector, too.
  const seldom = [...occurrences.keys()].filter((word) => !ownSet.has(word) && rowOfVector.has(word)).sort();
  const others = vectors.words.slice(0, frequent).filter((word) => !ownSet.has(word));
  const words = [...own, ...new Set([...seldom, ...others])];
  const data = new Float32Array(words.length * vectors.size);
  for (const [row, word] of words.entries()) {
    const found = rowOfVector.get(word);
    if (found === undefined) continue;
    const vector = vectors.data.subarray(found * vectors.size, (found + 1) * vectors.size);
    const weight = smoothing / (smoothing + (occurrences.get(word) ?? 0) / Math.max(total, 1));
    const scale = weight / Math.max(Math.hypot(...vector), 1e-12);
    data.set(
      vector.map((value) => value * scale),
      row * vectors.size,
    );
  }
  return {
    words,
    known: own.length,
    size: vectors.size,
    vectors: data,
    rowOf: new Map(words.map((word, row) => [word, row])),
  };
}

export function captionRows(table: WordTable, caption: string): CaptionRows {
  return wordsAndPairs(caption, SKIPPED).flatMap((word) => table.rowOf.get(word) ?? []);
}

/** The sum of the vectors of a caption's words. */
export function vectorSum({ size, vectors }: WordTable, rows: CaptionRows): Float32Array {
  const sum = new Float32Array(size);
  for (const row of rows) {
    for (let d = 0; d < size; d++) sum[d] = (sum[d] as number) + (vectors[row * size + d] as number);
  }
  return sum;
}
