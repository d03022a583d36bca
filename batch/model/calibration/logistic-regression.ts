import { Matrix, solve } from 'ml-matrix';

/** What is known of a case, and whether it came true. */
export interface LogisticSample {
  readonly features: readonly number[];
  readonly isTrue: boolean;
  /** How much it counts. */
  readonly weight: number;
}

/** The log odds are `intercept + Σ coefficients · features`. */
export interface LogisticModel {
  readonly intercept: number;
  readonly coefficients: readonly number[];
}

/** Ridge of the coefficients of standardised features, for a total weight of 1: it bounds them if a feature separates the samples. */
const RIDGE = 1e-3;
const STEPS = 50;
const CLOSE = 1e-9;

/** Logistic regression with a small ridge, by Newton's method. A feature that never varies has the coefficient 0. */
export function fitLogistic(samples: readonly LogisticSample[]): LogisticModel {
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  const count = samples[0]?.features.length ?? 0;
  const scales = Array.from({ length: count }, (_, at) => scaleOf(samples, at, total));
  const rows = samples.map(({ features }) => [
    1,
    ...features.map((value, at) => {
      const { mean, deviation } = scales[at] as Scale;
      return deviation === 0 ? 0 : (value - mean) / deviation;
    }),
  ]);
  let betas = Array.from({ length: count + 1 }, () => 0);
  for (let step = 0; step < STEPS; step++) {
    const change = newtonStep(rows, samples, betas, total);
    betas = betas.map((beta, at) => beta - (change[at] as number));
    if (change.every((value) => Math.abs(value) < CLOSE)) break;
  }
  const [intercept = 0, ...standardised] = betas;
  const coefficients = standardised.map((beta, at) => {
    const { deviation } = scales[at] as Scale;
    return deviation === 0 ? 0 : beta / deviation;
  });
  const shift = coefficients.reduce((sum, value, at) => sum + value * (scales[at] as Scale).mean, 0);
  return { intercept: intercept - shift, coefficients };
}

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

function scaleOf(samples: readonly LogisticSample[], at: number, total: number): Scale {
  const value = ({ features }: LogisticSample): number => features[at] as number;
  const mean = samples.reduce((sum, sample) => sum + sample.weight * value(sample), 0) / total;
  const square = samples.reduce((sum, sample) => sum + sample.weight * (value(sample) - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(square / total) };
}

/** The inverse of the Hessian times the gradient. */
function newtonStep(
  rows: readonly (readonly number[])[],
  samples: readonly LogisticSample[],
  betas: readonly number[],
  total: number,
): number[] {
  const size = betas.length;
  const hessian = Matrix.zeros(size, size);
  const gradient = Matrix.zeros(size, 1);
  for (const [at, row] of rows.entries()) {
    const { weight, isTrue } = samples[at] as LogisticSample;
    const p = 1 / (1 + Math.exp(-row.reduce((sum, value, i) => sum + value * (betas[i] as number), 0)));
    const share = weight / total;
    for (let i = 0; i < size; i++) {
      const own = row[i] as number;
      gradient.set(i, 0, gradient.get(i, 0) + share * (p - (isTrue ? 1 : 0)) * own);
      for (let j = 0; j < size; j++) {
        hessian.set(i, j, hessian.get(i, j) + share * p * (1 - p) * own * (row[j] as number));
      }
    }
  }
  for (let i = 0; i < size; i++) {
    // The intercept is free; a trace of ridge keeps the matrix regular.
    const ridge = i === 0 ? CLOSE : RIDGE;
    gradient.set(i, 0, gradient.get(i, 0) + (i === 0 ? 0 : ridge * (betas[i] as number)));
    hessian.set(i, i, hessian.get(i, i) + ridge);
  }
  return solve(hessian, gradient).to1DArray();
}
