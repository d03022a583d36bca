import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { fitPrincipalParts, principalComponents } from '../../shared/retrieval/index.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import { SENTENCE_SIZE } from './sentences/sentence-encoder.ts';
import { type CaptionRows, captionRows, vectorSum, type WordTable } from './word-table.ts';

/** Steps of conjugate gradients. Chosen: the error falls by half in each, or faster. */
const STEPS = 25;

/** Words whose vectors add up to what a sentence encoder says, and class names by that encoder. */
export interface DistilledWords {
  readonly table: WordTable;
  /** `[names, size]` */
  readonly names: Float32Array;
}

/**
 * Distils a sentence encoder into vectors of words: each caption's vector becomes, by two ridge regressions, a linear map of
 * the sum of its words' vectors, and of the rest a sum of vectors of the words and pairs that are known. Other words have the
 * first part only. Vectors are reduced to their principal components.
 *
 * @param sentences `[captions, 384]`, those of `captions`.
 * @param names `[names, 384]`, those of class names.
 */
export function distilWords(
  table: WordTable,
  captions: readonly string[],
  sentences: Float32Array,
  names: Float32Array,
  { components, mapRidge, wordRidge }: PhotoRecallRecipe['distillation'],
): DistilledWords {
  const principal = fitPrincipalParts(sentences, [SENTENCE_SIZE], components);
  const size = principal.components;
  const targets = principalComponents(principal, sentences);
  const rows = captions.map((caption) => captionRows(table, caption));
  const map = mapOfSums(table, rows, targets, size, mapRidge);
  const known = wordsOfRest(table.known, rows, targets, size, wordRidge);
  const vectors = new Float32Array(table.words.length * size);
  for (const row of table.words.keys()) {
    for (let d = 0; d < size; d++) {
      let sum = row < table.known ? (known[row * size + d] as number) : 0;
      for (let f = 0; f < table.size; f++) {
        sum += (table.vectors[row * table.size + f] as number) * map.get(f, d);
      }
      vectors[row * size + d] = sum;
    }
  }
  return { table: { ...table, size, vectors }, names: principalComponents(principal, names) };
}

/** Ridge regression from the captions' sums of vectors to the targets, from which what it explains is subtracted. */
function mapOfSums(
  table: WordTable,
  rows: readonly CaptionRows[],
  targets: Float32Array,
  size: number,
  ridge: number,
): Matrix {
  const sums = new Matrix(rows.map((own) => Array.from(vectorSum(table, own))));
  const centred = sums.clone().subRowVector(sums.mean('column'));
  const wanted = Matrix.from1DArray(rows.length, size, targets);
  const turned = centred.transpose();
  const square = turned.mmul(centred).add(Matrix.eye(table.size).mul(ridge));
  const map = new CholeskyDecomposition(square).solve(turned.mmul(wanted));
  const explained = centred.mmul(map);
  for (let row = 0; row < rows.length; row++) {
    for (let d = 0; d < size; d++) {
      targets[row * size + d] = (targets[row * size + d] as number) - explained.get(row, d);
    }
  }
  return map;
}

/**
 * Ridge regression from counts of known words and pairs to the targets, `(BᵀB + ridge) V = Bᵀ targets`, by conjugate gradients
 * with the diagonal as preconditioner, all columns side by side.
 */
function wordsOfRest(
  known: number,
  rows: readonly CaptionRows[],
  targets: Float32Array,
  size: number,
  ridge: number,
): Float64Array {
  const counted = rows.map((own) => own.filter((row) => row < known));
  const diagonal = new Float64Array(known).fill(ridge);
  for (const own of counted) {
    for (const row of own) diagonal[row] = (diagonal[row] as number) + 1;
  }
  const transposed = (values: ArrayLike<number>, caption: number, out: Float64Array): void => {
    for (const row of counted[caption] ?? []) {
      for (let d = 0; d < size; d++) {
        out[row * size + d] = (out[row * size + d] as number) + (values[d] as number);
      }
    }
  };
  const apply = (V: Float64Array): Float64Array => {
    const out = V.map((value) => ridge * value);
    const sum = new Float64Array(size);
    for (const [caption, own] of counted.entries()) {
      sum.fill(0);
      for (const row of own) {
        for (let d = 0; d < size; d++) sum[d] = (sum[d] as number) + (V[row * size + d] as number);
      }
      transposed(sum, caption, out);
    }
    return out;
  };
  const solution = new Float64Array(known * size);
  const rest = new Float64Array(known * size);
  for (const caption of counted.keys()) {
    transposed(targets.subarray(caption * size, (caption + 1) * size), caption, rest);
  }
  const scaled = () => rest.map((value, at) => value / (diagonal[Math.floor(at / size)] as number));
  let direction = scaled();
  let products = columnProducts(rest, direction, size);
  for (let step = 0; step < STEPS; step++) {
    const applied = apply(direction);
    const along = columnProducts(direction, applied, size);
    for (let at = 0; at < rest.length; at++) {
      const d = at % size;
      const length = (along[d] as number) > 0 ? (products[d] as number) / (along[d] as number) : 0;
      solution[at] = (solution[at] as number) + length * (direction[at] as number);
      rest[at] = (rest[at] as number) - length * (applied[at] as number);
    }
    const next = scaled();
    const before = products;
    products = columnProducts(rest, next, size);
    const last = direction;
    direction = next.map((value, at) => {
      const d = at % size;
      const share = (before[d] as number) > 0 ? (products[d] as number) / (before[d] as number) : 0;
      return value + share * (last[at] as number);
    });
  }
  return solution;
}

/** The inner product of each column of `a` with that of `b`. */
function columnProducts(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size);
  for (let at = 0; at < a.length; at++) {
    out[at % size] = (out[at % size] as number) + (a[at] as number) * (b[at] as number);
  }
  return out;
}
