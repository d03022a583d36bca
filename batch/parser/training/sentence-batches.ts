import {
  type DependencyTree,
  FEATURES,
  type Feature,
  type FeatureRows,
  ROOT_ROWS,
  UNKNOWN_ROW,
} from '../../../shared/parse/index.ts';

/**
 * Sentences side by side: C of them, padded to L words including the root before them. Numbers are ordered by step,
 * `[L, C]`, those of arcs by sentence, `[C, L]`.
 */
export interface SentenceBatch {
  readonly trees: readonly DependencyTree[];
  readonly sentences: number;
  readonly length: number;
  /** Rows of each table of features, `[L, C]`. */
  readonly rows: Readonly<Record<Feature, Int32Array>>;
  /** Number of words of each sentence, including the root. */
  readonly lengths: readonly number[];
}

/** How a word is read in training. */
export type ReadWord = (word: string, sentence: DependencyTree) => FeatureRows;

/** Lays sentences out; padded positions have the rows for unknown words. */
export function sentenceBatch(trees: readonly DependencyTree[], read: ReadWord): SentenceBatch {
  const [sentences, length] = [trees.length, 1 + Math.max(...trees.map(({ words }) => words.length))];
  const empty = () => new Int32Array(length * sentences).fill(UNKNOWN_ROW);
  const rows = Object.fromEntries(FEATURES.map((feature) => [feature, empty()])) as Record<
    Feature,
    Int32Array
  >;
  const place = (at: number, found: FeatureRows) => {
    for (const feature of FEATURES) rows[feature][at] = found[feature];
  };
  for (const [column, tree] of trees.entries()) {
    place(column, ROOT_ROWS);
    for (const [index, word] of tree.words.entries()) {
      place((index + 1) * sentences + column, read(word, tree));
    }
  }
  return { trees, sentences, length, rows, lengths: trees.map(({ words }) => words.length + 1) };
}

/** Splits sentences, sorted by length, into batches of limited size, counted in words including padding. */
export function cutBatches<T extends { readonly words: readonly unknown[] }>(
  sorted: readonly T[],
  most: number,
): T[][] {
  const batches: T[][] = [];
  let batch: T[] = [];
  for (const tree of sorted) {
    if (batch.length > 0 && (batch.length + 1) * (tree.words.length + 1) > most) {
      batches.push(batch);
      batch = [];
    }
    batch.push(tree);
  }
  return batch.length === 0 ? batches : [...batches, batch];
}

/** Sentences of similar length together, in another order each time: sorted by length with some noise, batches shuffled. */
export function epochOfBatches(
  trees: readonly DependencyTree[],
  most: number,
  random: () => number,
): DependencyTree[][] {
  const keyed = trees.map((tree) => ({ tree, key: tree.words.length + 3 * random() }));
  const sorted = keyed.toSorted((a, b) => a.key - b.key).map(({ tree }) => tree);
  const batches = cutBatches(sorted, most);
  for (let index = batches.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [batches[index], batches[other]] = [
      batches[other] as DependencyTree[],
      batches[index] as DependencyTree[],
    ];
  }
  return batches;
}
