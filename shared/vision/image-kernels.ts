import { type PolarOffsets, polarOffsets } from './polar-offsets.ts';

/** The K Gaussian kernels of the image graph over an offset's distance and direction; each array is `[K]`. */
export interface ImageKernels {
  readonly meanRho: Float32Array;
  readonly meanTheta: Float32Array;
  /** σ of the distance (the released name says precision). */
  readonly sigmaRho: Float32Array;
  /** σ of the direction. */
  readonly sigmaTheta: Float32Array;
}

/** Keeps a kernel of width zero finite (released: 1e-14). */
export const VARIANCE_EPSILON = 1e-14;

/**
 * Weights of the image graph's edges, summing to 1 over the kernels:
 * `w_ij^k = exp(e_k) / Σ_k' exp(e_k')` with
 * `e_k = -½ (ρ-μ_k)²/(ε+σ_k²) - ½ min(|θ-μ'_k|, |2π-|θ-μ'_k||)²/(ε+σ'_k²)`.
 * The largest exponent is taken out first, so that an edge far from every kernel still has weights instead of 0/0.
 * @param boxes `[R, 4]`: x1 y1 x2 y2 as fractions of width and height
 * @returns `[R, R, K]`
 */
export function imageKernelWeights(boxes: ArrayLike<number>, kernels: ImageKernels): Float32Array {
  const offsets = polarOffsets(boxes);
  const count = kernels.meanRho.length;
  const weights = new Float32Array(offsets.rho.length * count);
  const edge = new Float64Array(count);
  for (let index = 0; index < offsets.rho.length; index++) {
    edgeWeights(offsets, index, kernels, edge);
    weights.set(edge, index * count);
  }
  return weights;
}

/**
 * Gates of the propagation `self`: `g_ik = Σ_j w_ij^k`, each row summing to R.
 * @param boxes `[R, 4]`: x1 y1 x2 y2 as fractions of width and height
 * @returns `[R, K]`
 */
export function imageGates(boxes: ArrayLike<number>, kernels: ImageKernels): Float32Array {
  const offsets = polarOffsets(boxes);
  const regions = Math.sqrt(offsets.rho.length);
  const count = kernels.meanRho.length;
  const sums = new Float64Array(regions * count);
  const edge = new Float64Array(count);
  for (let index = 0; index < offsets.rho.length; index++) {
    edgeWeights(offsets, index, kernels, edge);
    const row = Math.floor(index / regions) * count;
    for (let k = 0; k < count; k++) sums[row + k] = (sums[row + k] as number) + (edge[k] as number);
  }
  return Float32Array.from(sums);
}

/** Writes the K weights of one edge to `out`. */
function edgeWeights(offsets: PolarOffsets, index: number, kernels: ImageKernels, out: Float64Array): void {
  const rho = offsets.rho[index] as number;
  const theta = offsets.theta[index] as number;
  let largest = -Infinity;
  for (let k = 0; k < out.length; k++) {
    const distance = rho - (kernels.meanRho[k] as number);
    const turn = Math.abs(theta - (kernels.meanTheta[k] as number));
    const angle = Math.min(turn, Math.abs(2 * Math.PI - turn));
    const exponent =
      (-0.5 * distance ** 2) / (VARIANCE_EPSILON + (kernels.sigmaRho[k] as number) ** 2) -
      (0.5 * angle ** 2) / (VARIANCE_EPSILON + (kernels.sigmaTheta[k] as number) ** 2);
    out[k] = exponent;
    largest = Math.max(largest, exponent);
  }
  let sum = 0;
  for (let k = 0; k < out.length; k++) {
    const weight = Math.exp((out[k] as number) - largest);
    out[k] = weight;
    sum += weight;
  }
  for (let k = 0; k < out.length; k++) out[k] = (out[k] as number) / sum;
}
