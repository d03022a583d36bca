// Register tiles of a matrix product, `c = a b` or `c += a b`: `a` has the tile's rows side by side at each of `k`
// steps, `b` its columns. The twelve sums of a tile of 6 x 8, two vectors of b and one number of a fill the fifteen
// vector registers that V8 hands out on x64; a sixteenth (a tile of 4 x 12) costs a third of the speed.
import { multiplyAdd, splat } from './arithmetic';

export function tile6x8(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  k: i32,
  c: usize,
  cStep: usize,
  add: bool,
): void {
  const row1 = c + cStep;
  const row2 = row1 + cStep;
  const row3 = row2 + cStep;
  const row4 = row3 + cStep;
  const row5 = row4 + cStep;
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
  if (add) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(row1);
    c11 = v128.load(row1, 16);
    c20 = v128.load(row2);
    c21 = v128.load(row2, 16);
    c30 = v128.load(row3);
    c31 = v128.load(row3, 16);
    c40 = v128.load(row4);
    c41 = v128.load(row4, 16);
    c50 = v128.load(row5);
    c51 = v128.load(row5, 16);
  }
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
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(row1, c10);
  v128.store(row1, c11, 16);
  v128.store(row2, c20);
  v128.store(row2, c21, 16);
  v128.store(row3, c30);
  v128.store(row3, c31, 16);
  v128.store(row4, c40);
  v128.store(row4, c41, 16);
  v128.store(row5, c50);
  v128.store(row5, c51, 16);
}

export function tile6x4(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  k: i32,
  c: usize,
  cStep: usize,
  add: bool,
): void {
  const row1 = c + cStep;
  const row2 = row1 + cStep;
  const row3 = row2 + cStep;
  const row4 = row3 + cStep;
  const row5 = row4 + cStep;
  let c00 = splat(0);
  let c10 = splat(0);
  let c20 = splat(0);
  let c30 = splat(0);
  let c40 = splat(0);
  let c50 = splat(0);
  if (add) {
    c00 = v128.load(c);
    c10 = v128.load(row1);
    c20 = v128.load(row2);
    c30 = v128.load(row3);
    c40 = v128.load(row4);
    c50 = v128.load(row5);
  }
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
  v128.store(c, c00);
  v128.store(row1, c10);
  v128.store(row2, c20);
  v128.store(row3, c30);
  v128.store(row4, c40);
  v128.store(row5, c50);
}

export function tile4x8(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  k: i32,
  c: usize,
  cStep: usize,
  add: bool,
): void {
  const row1 = c + cStep;
  const row2 = row1 + cStep;
  const row3 = row2 + cStep;
  let c00 = splat(0);
  let c01 = splat(0);
  let c10 = splat(0);
  let c11 = splat(0);
  let c20 = splat(0);
  let c21 = splat(0);
  let c30 = splat(0);
  let c31 = splat(0);
  if (add) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(row1);
    c11 = v128.load(row1, 16);
    c20 = v128.load(row2);
    c21 = v128.load(row2, 16);
    c30 = v128.load(row3);
    c31 = v128.load(row3, 16);
  }
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
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(row1, c10);
  v128.store(row1, c11, 16);
  v128.store(row2, c20);
  v128.store(row2, c21, 16);
  v128.store(row3, c30);
  v128.store(row3, c31, 16);
}

export function tile4x4(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  k: i32,
  c: usize,
  cStep: usize,
  add: bool,
): void {
  const row1 = c + cStep;
  const row2 = row1 + cStep;
  const row3 = row2 + cStep;
  let c00 = splat(0);
  let c10 = splat(0);
  let c20 = splat(0);
  let c30 = splat(0);
  if (add) {
    c00 = v128.load(c);
    c10 = v128.load(row1);
    c20 = v128.load(row2);
    c30 = v128.load(row3);
  }
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
  v128.store(c, c00);
  v128.store(row1, c10);
  v128.store(row2, c20);
  v128.store(row3, c30);
}
