import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../errors/index.ts';
import { choleskyInPlace, solveLower, solveUpper } from './cholesky.ts';
import { addProduct, mirrorLower, transpose, windowAt } from './product.ts';
import { largestEigenpairs } from './symmetric-eigen.ts';

/** Reproducible numbers in [-1, 1). */
function noise(length: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function matrix(data: Float64Array, rows: number, columns: number): Matrix {
  return Matrix.from1DArray(rows, columns, Array.from(data));
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(Number(a[i]) - Number(b[i]));
    if (!(gap <= worst)) worst = gap; // NaN becomes the worst
  }
  return worst;
}

function covariance(n: number, seed: number): Float64Array {
  const x = noise(n * (n + 3), seed);
  const out = new Float64Array(n * n);
  addProduct(windowAt(out, n), windowAt(x, n + 3), windowAt(x, n + 3), [n, n, n + 3]);
  return out;
}

describe('products', () => {
  it.each([
    [1, 1, 1],
    [4, 4, 7],
    [5, 9, 3],
    [13, 6, 50],
    [3, 130, 600],
  ])('A Bᵀ of %i x %i over %i', (m, n, k) => {
    const a = noise(m * k, 1);
    const b = noise(n * k, 2);
    const c = noise(m * n, 3);
    const expected = matrix(c, m, n).sub(matrix(a, m, k).mmul(matrix(b, n, k).transpose()));
    addProduct(windowAt(c, n), windowAt(a, k), windowAt(b, k), [m, n, k], { sign: -1 });
    expect(farthest(c, expected.to1DArray())).toBeLessThan(1e-12);
  });

  it('computes the lower triangle only, and mirrors it', () => {
    const n = 11;
    const whole = covariance(n, 4);
    const x = noise(n * (n + 3), 4);
    const lower = new Float64Array(n * n);
    addProduct(windowAt(lower, n), windowAt(x, n + 3), windowAt(x, n + 3), [n, n, n + 3], { lower: true });
    expect(lower[1 * n + 9]).toBe(0);
    mirrorLower(lower, n);
    expect(farthest(lower, whole)).toBeLessThan(1e-12);
  });

  it('transposes', () => {
    const a = noise(35 * 70, 5);
    expect(farthest(transpose(a, 35, 70), matrix(a, 35, 70).transpose().to1DArray())).toBe(0);
  });
});

describe('Cholesky', () => {
  it.each([1, 2, 47, 48, 49, 131])('factors and solves, n = %i', (n) => {
    const a = covariance(n, n);
    for (let i = 0; i < n; i++) a[i * n + i] = (a[i * n + i] ?? 0) + 1;
    const L = a.slice();
    choleskyInPlace(L, n);
    const factor = matrix(L, n, n);
    expect(farthest(factor.mmul(factor.transpose()).to1DArray(), a)).toBeLessThan(1e-10);
    const rows = 5;
    const b = noise(rows * n, 7);
    const x = b.slice();
    solveLower(L, n, x, rows);
    expect(farthest(matrix(x, rows, n).mmul(factor.transpose()).to1DArray(), b)).toBeLessThan(1e-10);
    x.set(b);
    solveUpper(L, n, x, rows);
    expect(farthest(matrix(x, rows, n).mmul(factor).to1DArray(), b)).toBeLessThan(1e-10);
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => choleskyInPlace(Float64Array.from([1, 2, 2, 1]), 2)).toThrow(AppError);
    expect(() => choleskyInPlace(Float64Array.from([Number.NaN]), 1)).toThrow(AppError);
  });
});

describe('eigenpairs', () => {
  it.each([1, 2, 3, 20, 97])('agrees with ml-matrix, n = %i', (n) => {
    const a = covariance(n, n + 100);
    const values = new EigenvalueDecomposition(matrix(a, n, n), { assumeSymmetric: true }).realEigenvalues;
    const pairs = largestEigenpairs(a.slice(), n, n);
    expect(
      farthest(
        pairs.values,
        values.sort((x, y) => y - x),
      ),
    ).toBeLessThan(1e-10 * n);
    const U = matrix(pairs.vectors, n, n);
    expect(farthest(U.mmul(U.transpose()).to1DArray(), Matrix.eye(n).to1DArray())).toBeLessThan(1e-10);
    const diagonal = Matrix.diag(Array.from(pairs.values));
    expect(farthest(U.transpose().mmul(diagonal).mmul(U).to1DArray(), a)).toBeLessThan(1e-10 * n);
  });

  it('handles equal eigenvalues, zeros and a matrix that is already diagonal', () => {
    const pairs = largestEigenpairs(Float64Array.from([2, 0, 0, 0, 0, 0, 0, 0, 2]), 3, 3);
    expect(Array.from(pairs.values)).toEqual([2, 2, 0]);
    expect(Array.from(largestEigenpairs(new Float64Array(9), 3, 2).values)).toEqual([0, 0]);
  });

  it('returns the same bytes each time, signs included', () => {
    const [one, two] = [0, 1].map(() => largestEigenpairs(covariance(30, 9), 30, 8));
    expect(one?.vectors).toEqual(two?.vectors);
    for (let k = 0; k < 8; k++) {
      const row = Array.from(one?.vectors.subarray(k * 30, (k + 1) * 30) ?? []);
      expect(Math.max(...row)).toBeGreaterThanOrEqual(-Math.min(...row));
    }
  });
});
