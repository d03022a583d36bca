/** A row-major window into a matrix: element (i, j) is `data[offset + i * stride + j]`. */
export interface Window {
  readonly data: Float64Array;
  readonly offset: number;
  readonly stride: number;
}

/** A window that starts at element (row, column) of a matrix of `stride` columns. */
export function windowAt(data: Float64Array, stride: number, row = 0, column = 0): Window {
  return { data, offset: row * stride + column, stride };
}

/**
 * `C += sign * A Bᵀ` with C `[m, n]`, A `[m, k]`, B `[n, k]`. Every matrix routine here uses this one kernel, because
 * both operands are read along their rows. `lower` computes only the elements on and below the diagonal (and a few
 * above it, where a tile crosses it).
 */
export function addProduct(
  C: Window,
  A: Window,
  B: Window,
  [m, n, k]: readonly [m: number, n: number, k: number],
  { sign = 1, lower = false }: { sign?: 1 | -1; lower?: boolean } = {},
): void {
  // Panels of B that stay in the second-level cache while all rows of A are processed.
  const panel = Math.max(4, 4 * Math.floor(16384 / Math.max(k, 1)));
  for (let j0 = 0; j0 < n; j0 += panel) {
    const j1 = Math.min(n, j0 + panel);
    for (let i = 0; i < m; i += 4) {
      const end = lower ? Math.min(j1, i + 4) : j1;
      const rows = Math.min(4, m - i);
      for (let j = j0; j < end; j += 4) {
        const columns = Math.min(4, j1 - j);
        if (rows === 4 && columns === 4) tile(C, A, B, i, j, k, sign);
        else edge(C, A, B, i, i + rows, j, j + columns, k, sign);
      }
    }
  }
}

/** A tile of 4 x 4 elements whose sums stay in registers. */
function tile(C: Window, A: Window, B: Window, i: number, j: number, k: number, sign: number): void {
  const a = A.data;
  const b = B.data;
  let a0 = A.offset + i * A.stride;
  let a1 = a0 + A.stride;
  let a2 = a1 + A.stride;
  let a3 = a2 + A.stride;
  let b0 = B.offset + j * B.stride;
  let b1 = b0 + B.stride;
  let b2 = b1 + B.stride;
  let b3 = b2 + B.stride;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let p = 0; p < k; p++) {
    const y0 = b[b0++] as number;
    const y1 = b[b1++] as number;
    const y2 = b[b2++] as number;
    const y3 = b[b3++] as number;
    const x0 = a[a0++] as number;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    const x1 = a[a1++] as number;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    const x2 = a[a2++] as number;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    const x3 = a[a3++] as number;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  const c = C.data;
  let at = C.offset + i * C.stride + j;
  addFour(c, at, sign * s00, sign * s01, sign * s02, sign * s03);
  at += C.stride;
  addFour(c, at, sign * s10, sign * s11, sign * s12, sign * s13);
  at += C.stride;
  addFour(c, at, sign * s20, sign * s21, sign * s22, sign * s23);
  at += C.stride;
  addFour(c, at, sign * s30, sign * s31, sign * s32, sign * s33);
}

function addFour(c: Float64Array, at: number, v0: number, v1: number, v2: number, v3: number): void {
  c[at] = (c[at] as number) + v0;
  c[at + 1] = (c[at + 1] as number) + v1;
  c[at + 2] = (c[at + 2] as number) + v2;
  c[at + 3] = (c[at + 3] as number) + v3;
}

/** The remainder at the right and lower edges. */
function edge(
  C: Window,
  A: Window,
  B: Window,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  k: number,
  sign: number,
): void {
  for (let i = i0; i < i1; i++) {
    for (let j = j0; j < j1; j++) {
      const a = A.offset + i * A.stride;
      const b = B.offset + j * B.stride;
      let sum = 0;
      for (let p = 0; p < k; p++) sum += (A.data[a + p] as number) * (B.data[b + p] as number);
      const at = C.offset + i * C.stride + j;
      C.data[at] = (C.data[at] as number) + sign * sum;
    }
  }
}

/** `[m, n]` to `[n, m]`. */
export function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(matrix.length);
  const block = 32; // square blocks, so that both sides stay in the first-level cache
  for (let i0 = 0; i0 < rows; i0 += block) {
    const i1 = Math.min(rows, i0 + block);
    for (let j0 = 0; j0 < columns; j0 += block) {
      const j1 = Math.min(columns, j0 + block);
      for (let i = i0; i < i1; i++) {
        for (let j = j0; j < j1; j++) out[j * rows + i] = matrix[i * columns + j] as number;
      }
    }
  }
  return out;
}

/** Copies the lower triangle of a square matrix to its upper one. */
export function mirrorLower(matrix: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) matrix[j * n + i] = matrix[i * n + j] as number;
  }
}
