// Register tiles of products of bytes. At each of `groups` steps four numbers of every row and of every column meet: `a`
// has the tile's rows side by side, `[groups, rows, 4]` signed bytes; `b` its columns, `[groups, columns, 4]` bytes from 0
// to 127 that stand for themselves less 64. Sums begin with `offsets [rows]`, which is what the 64 would add, the other way
// round; row i of the result is scaled by `rowScales[i]`, column j by `columnScales[j]`. Registers as in `tiles.ts`.
import { dot, scaled } from './i8-arithmetic';

export function i8Tile6x8(
  a: usize,
  b: usize,
  groups: i32,
  offsets: usize,
  rowScales: usize,
  columnScales: usize,
  c: usize,
  cStep: usize,
): void {
  let c00 = v128.load32_splat(offsets);
  let c01 = c00;
  let c10 = v128.load32_splat(offsets, 4);
  let c11 = c10;
  let c20 = v128.load32_splat(offsets, 8);
  let c21 = c20;
  let c30 = v128.load32_splat(offsets, 12);
  let c31 = c30;
  let c40 = v128.load32_splat(offsets, 16);
  let c41 = c40;
  let c50 = v128.load32_splat(offsets, 20);
  let c51 = c50;
  for (; groups > 0; groups--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = dot(x, b0, c00);
    c01 = dot(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = dot(x, b0, c10);
    c11 = dot(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = dot(x, b0, c20);
    c21 = dot(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = dot(x, b0, c30);
    c31 = dot(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = dot(x, b0, c40);
    c41 = dot(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = dot(x, b0, c50);
    c51 = dot(x, b1, c51);
    a += 24;
    b += 32;
  }
  store8(c00, c01, rowScales, columnScales, c);
  store8(c10, c11, rowScales + 4, columnScales, c + cStep);
  store8(c20, c21, rowScales + 8, columnScales, c + 2 * cStep);
  store8(c30, c31, rowScales + 12, columnScales, c + 3 * cStep);
  store8(c40, c41, rowScales + 16, columnScales, c + 4 * cStep);
  store8(c50, c51, rowScales + 20, columnScales, c + 5 * cStep);
}

export function i8Tile6x4(
  a: usize,
  b: usize,
  groups: i32,
  offsets: usize,
  rowScales: usize,
  columnScales: usize,
  c: usize,
  cStep: usize,
): void {
  let c00 = v128.load32_splat(offsets);
  let c10 = v128.load32_splat(offsets, 4);
  let c20 = v128.load32_splat(offsets, 8);
  let c30 = v128.load32_splat(offsets, 12);
  let c40 = v128.load32_splat(offsets, 16);
  let c50 = v128.load32_splat(offsets, 20);
  for (; groups > 0; groups--) {
    const b0 = v128.load(b);
    c00 = dot(v128.load32_splat(a), b0, c00);
    c10 = dot(v128.load32_splat(a, 4), b0, c10);
    c20 = dot(v128.load32_splat(a, 8), b0, c20);
    c30 = dot(v128.load32_splat(a, 12), b0, c30);
    c40 = dot(v128.load32_splat(a, 16), b0, c40);
    c50 = dot(v128.load32_splat(a, 20), b0, c50);
    a += 24;
    b += 16;
  }
  store4(c00, rowScales, columnScales, c);
  store4(c10, rowScales + 4, columnScales, c + cStep);
  store4(c20, rowScales + 8, columnScales, c + 2 * cStep);
  store4(c30, rowScales + 12, columnScales, c + 3 * cStep);
  store4(c40, rowScales + 16, columnScales, c + 4 * cStep);
  store4(c50, rowScales + 20, columnScales, c + 5 * cStep);
}

export function i8Tile4x8(
  a: usize,
  b: usize,
  groups: i32,
  offsets: usize,
  rowScales: usize,
  columnScales: usize,
  c: usize,
  cStep: usize,
): void {
  let c00 = v128.load32_splat(offsets);
  let c01 = c00;
  let c10 = v128.load32_splat(offsets, 4);
  let c11 = c10;
  let c20 = v128.load32_splat(offsets, 8);
  let c21 = c20;
  let c30 = v128.load32_splat(offsets, 12);
  let c31 = c30;
  for (; groups > 0; groups--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = dot(x, b0, c00);
    c01 = dot(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = dot(x, b0, c10);
    c11 = dot(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = dot(x, b0, c20);
    c21 = dot(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = dot(x, b0, c30);
    c31 = dot(x, b1, c31);
    a += 16;
    b += 32;
  }
  store8(c00, c01, rowScales, columnScales, c);
  store8(c10, c11, rowScales + 4, columnScales, c + cStep);
  store8(c20, c21, rowScales + 8, columnScales, c + 2 * cStep);
  store8(c30, c31, rowScales + 12, columnScales, c + 3 * cStep);
}

export function i8Tile4x4(
  a: usize,
  b: usize,
  groups: i32,
  offsets: usize,
  rowScales: usize,
  columnScales: usize,
  c: usize,
  cStep: usize,
): void {
  let c00 = v128.load32_splat(offsets);
  let c10 = v128.load32_splat(offsets, 4);
  let c20 = v128.load32_splat(offsets, 8);
  let c30 = v128.load32_splat(offsets, 12);
  for (; groups > 0; groups--) {
    const b0 = v128.load(b);
    c00 = dot(v128.load32_splat(a), b0, c00);
    c10 = dot(v128.load32_splat(a, 4), b0, c10);
    c20 = dot(v128.load32_splat(a, 8), b0, c20);
    c30 = dot(v128.load32_splat(a, 12), b0, c30);
    a += 16;
    b += 16;
  }
  store4(c00, rowScales, columnScales, c);
  store4(c10, rowScales + 4, columnScales, c + cStep);
  store4(c20, rowScales + 8, columnScales, c + 2 * cStep);
  store4(c30, rowScales + 12, columnScales, c + 3 * cStep);
}

function store8(x0: v128, x1: v128, rowScale: usize, columnScales: usize, c: usize): void {
  const scale = v128.load32_splat(rowScale);
  v128.store(c, f32x4.mul(scaled(x0, v128.load(columnScales)), scale));
  v128.store(c, f32x4.mul(scaled(x1, v128.load(columnScales, 16)), scale), 16);
}

function store4(x: v128, rowScale: usize, columnScales: usize, c: usize): void {
  v128.store(c, f32x4.mul(scaled(x, v128.load(columnScales)), v128.load32_splat(rowScale)));
}
