import { addRidge } from './canonical-correlation.ts';
import { choleskyInPlace, solveLower, solveUpper } from './linear-algebra/cholesky.ts';
import { addProduct, mirrorLower, transpose, windowAt } from './linear-algebra/product.ts';
import { largestEigenpairs } from './linear-algebra/symmetric-eigen.ts';

/** A map of low rank: a target is predicted by the inner product of its column of `targets` with `features x`. */
export interface ReducedRank {
  readonly rank: number;
  /** `[rank, features]` */
  readonly features: Float64Array;
  /** `[rank, targets]` */
  readonly targets: Float64Array;
}

/**
 * Reduced-rank ridge regression (Izenman 1975; Mukherjee and Zhu 2011) in closed form: ridge regression of the targets, each scaled
 * to the deviation 1, in the directions that hold most of what it predicts.
 *
 * @param X `[count, features]`, centred.
 * @param Y `[count, targets]`, centred; a target that never varies predicts nothing.
 * @param ridge as a multiple of the mean variance of the features.
 */
export function fitReducedRank(
  X: Float64Array,
  Y: Float64Array,
  count: number,
  { rank, ridge }: { readonly rank: number; readonly ridge: number },
): ReducedRank {
  const [dx, dy] = [X.length / count, Y.length / count];
  const columns = windowAt(transpose(X, count, dx), count);
  const Yt = transpose(Y, count, dy);
  for (let target = 0; target < dy; target++) scaleToUnit(Yt.subarray(target * count, (target + 1) * count));
  const covariance = new Float64Array(dx * dx);
  addProduct(windowAt(covariance, dx), columns, columns, [dx, dx, count], { lower: true });
  mirrorLower(covariance, dx);
  for (let at = 0; at < covariance.length; at++) covariance[at] = (covariance[at] as number) / count;
  const map = new Float64Array(dy * dx);
  addProduct(windowAt(map, dx), windowAt(Yt, count), columns, [dy, dx, count]);
  for (let at = 0; at < map.length; at++) map[at] = (map[at] as number) / count;
  const factor = Float64Array.from(covariance);
  addRidge(factor, dx, ridge);
  choleskyInPlace(factor, dx);
  solveLower(factor, dx, map, dy);
  solveUpper(factor, dx, map, dy);

  // The covariance of what is predicted: M S Mᵀ, with S symmetric.
  const half = new Float64Array(dy * dx);
  addProduct(windowAt(half, dx), windowAt(map, dx), windowAt(covariance, dx), [dy, dx, dx]);
  const predicted = new Float64Array(dy * dy);
  addProduct(windowAt(predicted, dy), windowAt(half, dx), windowAt(map, dx), [dy, dy, dx]);
  const { values, vectors } = largestEigenpairs(predicted, dy, Math.min(rank, dy));
  const features = new Float64Array(values.length * dx);
  const mapColumns = windowAt(transpose(map, dy, dx), dy);
  addProduct(windowAt(features, dx), windowAt(vectors, dy), mapColumns, [values.length, dx, dy]);
  return { rank: values.length, features, targets: vectors };
}

/** Scales numbers whose mean is 0 to the deviation 1. */
function scaleToUnit(numbers: Float64Array): void {
  let square = 0;
  for (const value of numbers) square += value * value;
  const scale = square > 0 ? Math.sqrt(numbers.length / square) : 0;
  for (let at = 0; at < numbers.length; at++) numbers[at] = (numbers[at] as number) * scale;
}
