import { fitReducedRank, makeWordSum, type StoredWordSum } from '../../shared/retrieval/index.ts';
import { WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';
import { imageSide, scaledToHalves } from './photo-word-sum.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import { SEEN_PARTS, type TrainingPhotos } from './training-photos.ts';

const ENDINGS = ['ing', 'es', 'ed', 's'];

/** A word without a common ending. It need not be a word: forms of one word should have the same. */
export function wordStem(word: string): string {
  const ending = ENDINGS.find((some) => word.endsWith(some) && word.length - some.length >= 3);
  return ending === undefined ? word : word.slice(0, -ending.length);
}

/**
 * For texts of a few words: which photographs have them in many of their captions? Regression from what is seen to the share of
 * an image's captions that hold each stem. The row of a word is that of its stem.
 */
export function fitShortTexts(
  training: TrainingPhotos,
  { dimensions, captions: fewest, ridge }: PhotoRecallRecipe['shortTexts'],
): StoredWordSum {
  const { count, principal, components } = training;
  const stemsOf = captionStems(training);
  const occurrences = new Map<string, number>();
  for (const stem of stemsOf.flat(2)) occurrences.set(stem, (occurrences.get(stem) ?? 0) + 1);
  const stems = [...occurrences].filter(([, times]) => times >= fewest).map(([stem]) => stem);
  const columnOf = new Map(stems.map((stem, column) => [stem, column]));
  const shares = stemShares(stemsOf, columnOf);
  const fitted = fitReducedRank(Float64Array.from(components), shares, count, { rank: dimensions, ridge });
  const k = fitted.rank;
  const { projection, offset } = imageSide(principal, fitted.features, new Float64Array(k), k);
  const words = training.table.words.filter((word) => columnOf.has(wordStem(word)));
  const rows = new Float64Array(words.length * k);
  for (const [row, word] of words.entries()) {
    const column = columnOf.get(wordStem(word)) ?? 0;
    for (let d = 0; d < k; d++) rows[row * k + d] = fitted.targets[d * stems.length + column] as number;
  }
  return makeWordSum(
    scaledToHalves({
      dimensions: k,
      size: WHOLE_SIZE,
      parts: SEEN_PARTS,
      words,
      skipped: [],
      projection,
      imageOffset: offset,
      rows,
      textOffset: new Float64Array(k),
    }),
  );
}

/** The stems of each caption of each photograph, each once. */
function captionStems({ captions, table }: TrainingPhotos): string[][][] {
  return captions.map((own) =>
    own.map((rows) => {
      const words = rows.map((row) => table.words[row] ?? '').filter((word) => !word.includes(' '));
      return [...new Set(words.map(wordStem))];
    }),
  );
}

/** The share of a photograph's captions that hold each stem, `[photographs, stems]`, less the mean. */
function stemShares(
  stemsOf: readonly (readonly (readonly string[])[])[],
  columnOf: ReadonlyMap<string, number>,
): Float64Array {
  const count = columnOf.size;
  const shares = new Float64Array(stemsOf.length * count);
  const means = new Float64Array(count);
  for (const [photo, own] of stemsOf.entries()) {
    for (const stem of own.flat()) {
      const column = columnOf.get(stem);
      if (column === undefined) continue;
      const cell = photo * count + column;
      shares[cell] = (shares[cell] as number) + 1 / own.length;
      means[column] = (means[column] as number) + 1 / own.length / stemsOf.length;
    }
  }
  return shares.map((share, at) => share - (means[at % count] as number));
}
