import { AppError } from '../../../errors/index.ts';

/** The largest eigenvalues, descending, and their unit eigenvectors as rows `[count, n]`. */
export interface Eigenpairs {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * The `count` largest eigenpairs of a symmetric matrix `[n, n]`: Householder reduction to a tridiagonal matrix,
 * implicit QL with Wilkinson's shift (Golub & Van Loan, Matrix Computations, 8.3), then the reflections are undone on
 * the wanted vectors only. Signs are fixed: the element of largest magnitude is positive. The matrix is overwritten as
 * working memory.
 */
export function largestEigenpairs(matrix: Float64Array, n: number, count: number): Eigenpairs {
  const { diagonal, offDiagonal, scales } = tridiagonalise(matrix, n);
  const rows = diagonalise(diagonal, offDiagonal, n);
  const order = Array.from({ length: n }, (_, index) => index)
    .sort((a, b) => (diagonal[b] as number) - (diagonal[a] as number) || a - b)
    .slice(0, count);
  const values = Float64Array.from(order, (index) => diagonal[index] as number);
  const vectors = new Float64Array(order.length * n);
  for (const [at, index] of order.entries()) {
    const vector = vectors.subarray(at * n, (at + 1) * n);
    vector.set(rows.subarray(index * n, (index + 1) * n));
    undoReflections(matrix, scales, n, vector);
    fixSign(vector);
  }
  return { values, vectors };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element k couples k and k + 1; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** Reflection k is `I - scale vvᵀ`; v is in row k of the matrix, right of the diagonal. */
  readonly scales: Float64Array;
}

function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  const scales = new Float64Array(n);
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k] as number;
    if (k + 1 >= n) break;
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[k * n + i] as number;
      square += (v[i] as number) ** 2;
    }
    const head = v[k + 1] as number;
    const rest = square - head * head;
    if (rest <= Number.MIN_VALUE || k + 2 >= n) {
      offDiagonal[k] = head;
      continue;
    }
    const alpha = head > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    offDiagonal[k] = alpha;
    v[k + 1] = head - alpha;
    const scale = 2 / (rest + (head - alpha) ** 2);
    scales[k] = scale;
    reflectBothSides(a, n, k + 1, v, w, scale);
    for (let i = k + 1; i < n; i++) a[k * n + i] = v[i] as number;
  }
  return { diagonal, offDiagonal, scales };
}

/** `A ← H A H` on rows and columns from `start`, as the update `A - v wᵀ - w vᵀ`. */
function reflectBothSides(
  a: Float64Array,
  n: number,
  start: number,
  v: Float64Array,
  w: Float64Array,
  scale: number,
): void {
  let vw = 0;
  for (let i = start; i < n; i++) {
    const row = i * n;
    let s0 = 0;
    let s1 = 0;
    let j = start;
    for (; j + 1 < n; j += 2) {
      s0 += (a[row + j] as number) * (v[j] as number);
      s1 += (a[row + j + 1] as number) * (v[j + 1] as number);
    }
    if (j < n) s0 += (a[row + j] as number) * (v[j] as number);
    w[i] = scale * (s0 + s1);
    vw += (v[i] as number) * (w[i] as number);
  }
  const half = 0.5 * scale * vw;
  for (let i = start; i < n; i++) w[i] = (w[i] as number) - half * (v[i] as number);
  for (let i = start; i < n; i++) {
    const row = i * n;
    const vi = v[i] as number;
    const wi = w[i] as number;
    for (let j = start; j < n; j++) {
      a[row + j] = (a[row + j] as number) - vi * (w[j] as number) - wi * (v[j] as number);
    }
  }
}

/** Implicit QL: `diagonal` becomes the eigenvalues; returns the eigenvectors of the tridiagonal matrix as rows. */
function diagonalise(diagonal: Float64Array, offDiagonal: Float64Array, n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    largest = Math.max(largest, Math.abs(diagonal[i] as number) + Math.abs(offDiagonal[i] as number));
  }
  const negligible = Number.EPSILON * largest;
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l;
      while (m < n - 1 && Math.abs(offDiagonal[m] as number) > negligible) m++;
      if (m === l) break;
      if (iteration === 60) throw new AppError('internal', `eigenvalue ${l} of ${n} did not converge`);
      sweep(diagonal, offDiagonal, rows, n, l, m);
    }
  }
  return rows;
}

/** One QL sweep from m up to l; its rotations are applied to the rows. */
function sweep(d: Float64Array, e: Float64Array, rows: Float64Array, n: number, l: number, m: number): void {
  const gap = ((d[l + 1] as number) - (d[l] as number)) / (2 * (e[l] as number));
  const length = Math.hypot(gap, 1);
  let g = (d[m] as number) - (d[l] as number) + (e[l] as number) / (gap + (gap >= 0 ? length : -length));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * (e[i] as number);
    const b = c * (e[i] as number);
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = (d[i + 1] as number) - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = (d[i + 1] as number) - p;
    const t = ((d[i] as number) - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    rotate(rows, i * n, (i + 1) * n, n, c, s);
  }
  d[l] = (d[l] as number) - p;
  e[l] = g;
  e[m] = 0;
}

function rotate(rows: Float64Array, first: number, second: number, n: number, c: number, s: number): void {
  for (let j = 0; j < n; j++) {
    const x = rows[first + j] as number;
    const y = rows[second + j] as number;
    rows[second + j] = s * x + c * y;
    rows[first + j] = c * x - s * y;
  }
}

function undoReflections(a: Float64Array, scales: Float64Array, n: number, vector: Float64Array): void {
  for (let k = n - 2; k >= 0; k--) {
    const scale = scales[k] as number;
    if (scale === 0) continue;
    const row = k * n;
    let dot = 0;
    for (let j = k + 1; j < n; j++) dot += (a[row + j] as number) * (vector[j] as number);
    dot *= scale;
    for (let j = k + 1; j < n; j++) vector[j] = (vector[j] as number) - dot * (a[row + j] as number);
  }
}

function fixSign(vector: Float64Array): void {
  let peak = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(peak)) peak = value;
  if (peak >= 0) return;
  for (let j = 0; j < vector.length; j++) vector[j] = -(vector[j] as number);
}
