// Register tiles whose squares are added over their rows, `sums[column] += Σ_rows (a b)²`; operands as in `tiles.ts`.
import { multiplyAdd, splat } from './arithmetic';

export function squares6x8(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize): void {
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
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = multiplyAdd(x, b0, c10);
    c11 = multiplyAdd(x, b1, c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = multiplyAdd(x, b0, c20);
    c21 = multiplyAdd(x, b1, c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = multiplyAdd(x, b0, c30);
    c31 = multiplyAdd(x, b1, c31);
    x = v128.load_splat<f32>(a, 16);
    c40 = multiplyAdd(x, b0, c40);
    c41 = multiplyAdd(x, b1, c41);
    x = v128.load_splat<f32>(a, 20);
    c50 = multiplyAdd(x, b0, c50);
    c51 = multiplyAdd(x, b1, c51);
    a += aStep;
    b += bStep;
  }
  let s0 = multiplyAdd(c00, c00, v128.load(sums));
  s0 = multiplyAdd(c10, c10, s0);
  s0 = multiplyAdd(c20, c20, s0);
  s0 = multiplyAdd(c30, c30, s0);
  s0 = multiplyAdd(c40, c40, s0);
  s0 = multiplyAdd(c50, c50, s0);
  v128.store(sums, s0);
  let s1 = multiplyAdd(c01, c01, v128.load(sums, 16));
  s1 = multiplyAdd(c11, c11, s1);
  s1 = multiplyAdd(c21, c21, s1);
  s1 = multiplyAdd(c31, c31, s1);
  s1 = multiplyAdd(c41, c41, s1);
  s1 = multiplyAdd(c51, c51, s1);
  v128.store(sums, s1, 16);
}

export function squares6x4(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize): void {
  let c00 = splat(0);
  let c10 = splat(0);
  let c20 = splat(0);
  let c30 = splat(0);
  let c40 = splat(0);
  let c50 = splat(0);
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    let x = v128.load_splat<f32>(a);
    c00 = multiplyAdd(x, b0, c00);
    x = v128.load_splat<f32>(a, 4);
    c10 = multiplyAdd(x, b0, c10);
    x = v128.load_splat<f32>(a, 8);
    c20 = multiplyAdd(x, b0, c20);
    x = v128.load_splat<f32>(a, 12);
    c30 = multiplyAdd(x, b0, c30);
    x = v128.load_splat<f32>(a, 16);
    c40 = multiplyAdd(x, b0, c40);
    x = v128.load_splat<f32>(a, 20);
    c50 = multiplyAdd(x, b0, c50);
    a += aStep;
    b += bStep;
  }
  let s0 = multiplyAdd(c00, c00, v128.load(sums));
  s0 = multiplyAdd(c10, c10, s0);
  s0 = multiplyAdd(c20, c20, s0);
  s0 = multiplyAdd(c30, c30, s0);
  s0 = multiplyAdd(c40, c40, s0);
  s0 = multiplyAdd(c50, c50, s0);
  v128.store(sums, s0);
}

export function squares4x8(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize): void {
  let c00 = splat(0);
  let c01 = splat(0);
  let c10 = splat(0);
  let c11 = splat(0);
  let c20 = splat(0);
  let c21 = splat(0);
  let c30 = splat(0);
  let c31 = splat(0);
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = multiplyAdd(x, b0, c10);
    c11 = multiplyAdd(x, b1, c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = multiplyAdd(x, b0, c20);
    c21 = multiplyAdd(x, b1, c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = multiplyAdd(x, b0, c30);
    c31 = multiplyAdd(x, b1, c31);
    a += aStep;
    b += bStep;
  }
  let s0 = multiplyAdd(c00, c00, v128.load(sums));
  s0 = multiplyAdd(c10, c10, s0);
  s0 = multiplyAdd(c20, c20, s0);
  s0 = multiplyAdd(c30, c30, s0);
  v128.store(sums, s0);
  let s1 = multiplyAdd(c01, c01, v128.load(sums, 16));
  s1 = multiplyAdd(c11, c11, s1);
  s1 = multiplyAdd(c21, c21, s1);
  s1 = multiplyAdd(c31, c31, s1);
  v128.store(sums, s1, 16);
}

export function squares4x4(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize): void {
  let c00 = splat(0);
  let c10 = splat(0);
  let c20 = splat(0);
  let c30 = splat(0);
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    let x = v128.load_splat<f32>(a);
    c00 = multiplyAdd(x, b0, c00);
    x = v128.load_splat<f32>(a, 4);
    c10 = multiplyAdd(x, b0, c10);
    x = v128.load_splat<f32>(a, 8);
    c20 = multiplyAdd(x, b0, c20);
    x = v128.load_splat<f32>(a, 12);
    c30 = multiplyAdd(x, b0, c30);
    a += aStep;
    b += bStep;
  }
  let s0 = multiplyAdd(c00, c00, v128.load(sums));
  s0 = multiplyAdd(c10, c10, s0);
  s0 = multiplyAdd(c20, c20, s0);
  s0 = multiplyAdd(c30, c30, s0);
  v128.store(sums, s0);
}
