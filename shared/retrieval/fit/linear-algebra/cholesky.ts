import { AppError } from '../../../errors/index.ts';
import { addProduct, windowAt } from './product.ts';

/** Columns that are finished before the rest of the matrix is updated. */
const BLOCK = 48;

/**
 * Cholesky factor of a symmetric positive definite matrix `[n, n]`, in place: `A = L Lᵀ`, L lower triangular. Only
 * the lower triangle is read; the upper one is zero afterwards.
 *
 * @throws AppError `argument_invalid` when the matrix is not positive definite.
 */
export function choleskyInPlace(matrix: Float64Array, n: number): void {
  for (let k = 0; k < n; k += BLOCK) {
    const width = Math.min(BLOCK, n - k);
    factorDiagonal(matrix, n, k, width);
    solveRows(matrix, n, k + width, n, k, width, matrix, n);
    const rest = n - k - width;
    const below = windowAt(matrix, n, k + width, k);
    addProduct(windowAt(matrix, n, k + width, k + width), below, below, [rest, rest, width], {
      sign: -1,
      lower: true,
    });
  }
  for (let i = 0; i < n; i++) matrix.fill(0, i * n + i + 1, (i + 1) * n);
}

function factorDiagonal(a: Float64Array, n: number, start: number, width: number): void {
  for (let j = start; j < start + width; j++) {
    for (let i = j; i < start + width; i++) {
      let sum = a[i * n + j] as number;
      for (let p = start; p < j; p++) sum -= (a[i * n + p] as number) * (a[j * n + p] as number);
      if (i > j) a[i * n + j] = sum / (a[j * n + j] as number);
      else if (sum > 0) a[j * n + j] = Math.sqrt(sum);
      else {
        throw new AppError('argument_invalid', `the matrix is not positive definite (row ${j} of ${n})`, {
          hint: 'use a larger ridge; features that are not finite also lead to this error',
        });
      }
    }
  }
}

/** Rows `[from, to)` of x, columns of one block: `x ← x L⁻ᵀ` with the block's own triangle of L. */
function solveRows(
  x: Float64Array,
  stride: number,
  from: number,
  to: number,
  start: number,
  width: number,
  L: Float64Array,
  n: number,
): void {
  for (let i = from; i < to; i++) {
    const row = i * stride;
    for (let j = start; j < start + width; j++) {
      let sum = x[row + j] as number;
      for (let p = start; p < j; p++) sum -= (x[row + p] as number) * (L[j * n + p] as number);
      x[row + j] = sum / (L[j * n + j] as number);
    }
  }
}

/** `X ← X L⁻ᵀ` in place, X `[rows, n]`: each row x becomes the solution z of `L z = x`. */
export function solveLower(L: Float64Array, n: number, X: Float64Array, rows: number): void {
  for (let k = 0; k < n; k += BLOCK) {
    const width = Math.min(BLOCK, n - k);
    const done = windowAt(X, n);
    addProduct(windowAt(X, n, 0, k), done, windowAt(L, n, k), [rows, width, k], { sign: -1 });
    solveRows(X, n, 0, rows, k, width, L, n);
  }
}

/** `X ← X L⁻¹` in place, X `[rows, n]`: each row x becomes the solution z of `Lᵀ z = x`. */
export function solveUpper(L: Float64Array, n: number, X: Float64Array, rows: number): void {
  for (let r = 0; r < rows; r++) {
    const x = X.subarray(r * n, (r + 1) * n);
    for (let j = n - 1; j >= 0; j--) {
      const row = j * n;
      const value = (x[j] as number) / (L[row + j] as number);
      x[j] = value;
      for (let p = 0; p < j; p++) x[p] = (x[p] as number) - value * (L[row + p] as number);
    }
  }
}
