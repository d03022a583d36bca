import { type FeatureLayout, imageFeatureSize, textFeatureSize } from '../projection/feature-layout.ts';
import type { Covariance } from './covariance.ts';
import { choleskyInPlace, solveLower, solveUpper } from './linear-algebra/cholesky.ts';
import { addProduct, mirrorLower, transpose, windowAt } from './linear-algebra/product.ts';
import { largestEigenpairs } from './linear-algebra/symmetric-eigen.ts';

export interface CorrelationOptions {
  /** Number of pairs of canonical directions; fewer if there are fewer features. */
  readonly dimensions: number;
  /** Ridge on the side of the image, as a multiple of the mean variance of its scaled features. */
  readonly imageRidge: number;
  /** The same on the side of the text. */
  readonly textRidge: number;
  /** Standard deviation of GSMN's nodes relative to that of the plain features (regions, bag), which is 1. */
  readonly nodeScale: number;
  readonly wordScale: number;
  /** Each image direction is weighted by its canonical correlation to this power. */
  readonly power: number;
}

/** Directions as rows. */
export interface Directions {
  readonly count: number;
  /** `[count, dx]`, weighted. */
  readonly image: Float64Array;
  /** `[count, dy]`. */
  readonly text: Float64Array;
}

/**
 * Regularised canonical correlation analysis (Hotelling 1936; Vinod 1976): the directions u, v that maximise
 * `uᵀ Sxy v` under `uᵀ (Sxx + ridge) u = vᵀ (Syy + ridge) v = 1`, strongest first, by way of the eigenvectors of
 * `Lx⁻¹ Sxy Syy⁻¹ Syx Lx⁻ᵀ` with `Sxx = Lx Lxᵀ`. The covariance is overwritten as working memory.
 */
export function canonicalDirections(
  covariance: Covariance,
  layout: FeatureLayout,
  options: CorrelationOptions,
): Directions {
  const [dx, dy] = [imageFeatureSize(layout), textFeatureSize(layout)];
  const { imageImage: Sxx, textText: Syy, textImage: Syx } = covariance;
  const imageScales = partScales(Sxx, dx, layout.image.regions, options.nodeScale, 'mean');
  const textScales = partScales(Syy, dy, layout.text.bag.length, options.wordScale, 'sum');
  scale(Sxx, imageScales, imageScales);
  scale(Syy, textScales, textScales);
  scale(Syx, textScales, imageScales);
  addRidge(Sxx, dx, options.imageRidge);
  addRidge(Syy, dy, options.textRidge);
  choleskyInPlace(Sxx, dx);
  choleskyInPlace(Syy, dy);

  solveLower(Sxx, dx, Syx, dy); // Syx Lx⁻ᵀ
  const Z = transpose(Syx, dy, dx); // [dx, dy]
  solveLower(Syy, dy, Z, dx); // Lx⁻¹ Sxy Ly⁻ᵀ
  const M = new Float64Array(dx * dx);
  addProduct(windowAt(M, dx), windowAt(Z, dy), windowAt(Z, dy), [dx, dx, dy], { lower: true });
  mirrorLower(M, dx);
  const wanted = Math.min(options.dimensions, dx, dy);
  const { values, vectors } = largestEigenpairs(M, dx, wanted);

  const text = new Float64Array(wanted * dy);
  const Zt = transpose(Z, dx, dy);
  addProduct(windowAt(text, dy), windowAt(vectors, dx), windowAt(Zt, dx), [wanted, dy, dx]);
  solveUpper(Syy, dy, text, wanted);
  solveUpper(Sxx, dx, vectors, wanted);
  for (let k = 0; k < wanted; k++) {
    const correlation = Math.sqrt(Math.max(values[k] as number, 0));
    // A direction without any correlation contains nothing; its text vector would be 0 / 0.
    const inverse = correlation > 1e-9 ? 1 / correlation : 0;
    const weight = correlation ** options.power;
    for (let f = 0; f < dx; f++) {
      vectors[k * dx + f] = (vectors[k * dx + f] as number) * weight * (imageScales[f] as number);
    }
    for (let f = 0; f < dy; f++) {
      text[k * dy + f] = (text[k * dy + f] as number) * inverse * (textScales[f] as number);
    }
  }
  return { count: wanted, image: vectors, text };
}

/**
 * One factor for each feature. Features before `split` (regions, bag) get variance 1, in their mean or in their sum;
 * those after it (nodes, words) get `second²`.
 */
function partScales(
  S: Float64Array,
  size: number,
  split: number,
  second: number,
  norm: 'mean' | 'sum',
): Float64Array {
  const scales = new Float64Array(size);
  const parts: [number, number, number][] = [
    [0, split, 1],
    [split, size, split === 0 ? 1 : second],
  ];
  for (const [from, to, wanted] of parts) {
    let variance = 0;
    for (let f = from; f < to; f++) variance += S[f * size + f] as number;
    if (norm === 'mean') variance /= to - from;
    scales.fill(variance > 0 ? wanted / Math.sqrt(variance) : 0, from, to);
  }
  return scales;
}

function scale(matrix: Float64Array, rows: Float64Array, columns: Float64Array): void {
  for (let i = 0; i < rows.length; i++) {
    const at = i * columns.length;
    for (let j = 0; j < columns.length; j++) {
      matrix[at + j] = (matrix[at + j] as number) * (rows[i] as number) * (columns[j] as number);
    }
  }
}

/** Adds `ridge` times the mean of the diagonal to it. This also keeps it invertible if features never vary. */
export function addRidge(matrix: Float64Array, size: number, ridge: number): void {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i] as number;
  const amount = trace > 0 ? (ridge * trace) / size : 1;
  for (let i = 0; i < size; i++) matrix[i * size + i] = (matrix[i * size + i] as number) + amount;
}
