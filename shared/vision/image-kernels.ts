import { negativeExponential } from './negative-exponential.ts';
import { polarOffsets } from './polar-offsets.ts';

/** The K Gaussian kernels of the image graph over the distance and direction of an offset; each array is `[K]`. */
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
 * The largest exponent is subtracted first, so that an edge far from every kernel still has weights instead of 0/0.
 * @param boxes `[R, 4]`: x1 y1 x2 y2 as fractions of width and height
 * @returns `[R, R, K]`
 */
export function imageKernelWeights(boxes: ArrayLike<number>, kernels: ImageKernels): Float32Array {
  const { rho, theta } = polarOffsets(boxes);
  const weigh = edgeWeights(kernels);
  const count = kernels.meanRho.length;
  const weights = new Float32Array(rho.length * count);
  const edge = new Float64Array(count);
  for (let index = 0; index < rho.length; index++) {
    weigh(rho[index] as number, theta[index] as number, edge);
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
  const { rho, theta } = polarOffsets(boxes);
  const weigh = edgeWeights(kernels);
  const regions = Math.sqrt(rho.length);
  const count = kernels.meanRho.length;
  const gates = new Float32Array(regions * count);
  const edge = new Float64Array(count);
  const sums = new Float64Array(count);
  for (let i = 0; i < regions; i++) {
    sums.fill(0);
    for (let index = i * regions; index < (i + 1) * regions; index++) {
      weigh(rho[index] as number, theta[index] as number, edge);
      for (let k = 0; k < count; k++) sums[k] = (sums[k] as number) + (edge[k] as number);
    }
    gates.set(sums, i * count);
  }
  return gates;
}

/** Writes the K weights of the edge (ρ, θ) to `out`. What depends on the kernels alone is computed once. */
function edgeWeights(kernels: ImageKernels): (rho: number, theta: number, out: Float64Array) => void {
  const count = kernels.meanRho.length;
  const [meanRho, meanTheta] = [Float64Array.from(kernels.meanRho), Float64Array.from(kernels.meanTheta)];
  const precision = (sigma: number) => 0.5 / (VARIANCE_EPSILON + sigma ** 2);
  const precisionRho = Float64Array.from(kernels.sigmaRho, precision);
  const precisionTheta = Float64Array.from(kernels.sigmaTheta, precision);
  return (rho, theta, out) => {
    let smallest = Infinity;
    for (let k = 0; k < count; k++) {
      const distance = rho - (meanRho[k] as number);
      const turn = Math.abs(theta - (meanTheta[k] as number));
      const angle = Math.min(turn, Math.abs(2 * Math.PI - turn));
      const exponent =
        distance * distance * (precisionRho[k] as number) + angle * angle * (precisionTheta[k] as number);
      out[k] = exponent;
      if (exponent < smallest) smallest = exponent;
    }
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = negativeExponential((out[k] as number) - smallest);
      out[k] = weight;
      sum += weight;
    }
    const scale = 1 / sum;
    for (let k = 0; k < count; k++) out[k] = (out[k] as number) * scale;
  };
}
