// Register tiles of products of bytes whose squares are added over their rows, `sums[column] += Σ_rows (a b)²`: `a` has
// the tile's rows `[groups, rows, 4]`, signed; `b` its columns, four bytes from 0 to 127 each, steps `bStep` bytes apart.
import { splat } from './arithmetic';
import { addSquare, dot } from './i8-arithmetic';

export function i8Squares6x8(a: usize, b: usize, bStep: usize, groups: i32, sums: usize): void {
  let c00 = splat(0);
  let c01 = splat(0);
  let c10 = splat(0);
  let c11 = splat(0);
  let c20 = splat(0);
  let c21 = splat(0);
  let c30 = splat(0);
  let c31 = splat(0);
  let c40 = splat(0);
  let c41 = splat(0);
  let c50 = splat(0);
  let c51 = splat(0);
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
    b += bStep;
  }
  let s0 = addSquare(c00, v128.load(sums));
  s0 = addSquare(c10, s0);
  s0 = addSquare(c20, s0);
  s0 = addSquare(c30, s0);
  s0 = addSquare(c40, s0);
  s0 = addSquare(c50, s0);
  v128.store(sums, s0);
  let s1 = addSquare(c01, v128.load(sums, 16));
  s1 = addSquare(c11, s1);
  s1 = addSquare(c21, s1);
  s1 = addSquare(c31, s1);
  s1 = addSquare(c41, s1);
  s1 = addSquare(c51, s1);
  v128.store(sums, s1, 16);
}

export function i8Squares6x4(a: usize, b: usize, bStep: usize, groups: i32, sums: usize): void {
  let c00 = splat(0);
  let c10 = splat(0);
  let c20 = splat(0);
  let c30 = splat(0);
  let c40 = splat(0);
  let c50 = splat(0);
  for (; groups > 0; groups--) {
    const b0 = v128.load(b);
    c00 = dot(v128.load32_splat(a), b0, c00);
    c10 = dot(v128.load32_splat(a, 4), b0, c10);
    c20 = dot(v128.load32_splat(a, 8), b0, c20);
    c30 = dot(v128.load32_splat(a, 12), b0, c30);
    c40 = dot(v128.load32_splat(a, 16), b0, c40);
    c50 = dot(v128.load32_splat(a, 20), b0, c50);
    a += 24;
    b += bStep;
  }
  let s0 = addSquare(c00, v128.load(sums));
  s0 = addSquare(c10, s0);
  s0 = addSquare(c20, s0);
  s0 = addSquare(c30, s0);
  s0 = addSquare(c40, s0);
  s0 = addSquare(c50, s0);
  v128.store(sums, s0);
}

export function i8Squares4x8(a: usize, b: usize, bStep: usize, groups: i32, sums: usize): void {
  let c00 = splat(0);
  let c01 = splat(0);
  let c10 = splat(0);
  let c11 = splat(0);
  let c20 = splat(0);
  let c21 = splat(0);
  let c30 = splat(0);
  let c31 = splat(0);
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
    b += bStep;
  }
  let s0 = addSquare(c00, v128.load(sums));
  s0 = addSquare(c10, s0);
  s0 = addSquare(c20, s0);
  s0 = addSquare(c30, s0);
  v128.store(sums, s0);
  let s1 = addSquare(c01, v128.load(sums, 16));
  s1 = addSquare(c11, s1);
  s1 = addSquare(c21, s1);
  s1 = addSquare(c31, s1);
  v128.store(sums, s1, 16);
}

export function i8Squares4x4(a: usize, b: usize, bStep: usize, groups: i32, sums: usize): void {
  let c00 = splat(0);
  let c10 = splat(0);
  let c20 = splat(0);
  let c30 = splat(0);
  for (; groups > 0; groups--) {
    const b0 = v128.load(b);
    c00 = dot(v128.load32_splat(a), b0, c00);
    c10 = dot(v128.load32_splat(a, 4), b0, c10);
    c20 = dot(v128.load32_splat(a, 8), b0, c20);
    c30 = dot(v128.load32_splat(a, 12), b0, c30);
    a += 16;
    b += bStep;
  }
  let s0 = addSquare(c00, v128.load(sums));
  s0 = addSquare(c10, s0);
  s0 = addSquare(c20, s0);
  s0 = addSquare(c30, s0);
  v128.store(sums, s0);
}
