// Matrix products in register tiles. The twelve sums of a tile of 6 x 8, two vectors of b and one number of a fill the
// fifteen vector registers that V8 hands out on x64; a sixteenth (a tile of 4 x 12) costs a third of the speed.
import { multiplyAdd, splat } from './arithmetic';

/** Rows of the next tile, of `rest` that are left (an even number): by sixes, the last ones by fours. */
export function tileRows(rest: i32): i32 {
  return rest == 2 || rest == 4 || rest == 8 ? 4 : 6;
}

/** Columns of the next tile, of `rest` that are left (a multiple of 4). */
export function tileColumns(rest: i32): i32 {
  return rest == 4 ? 4 : 8;
}

/**
 * `c = a b`, or `c += a b` where `add` is set.
 * @param a `[k, rows]`: step j is at `a + j * aStep`; with `aStep` 0 packed tile by tile, `[k, tile rows]` each
 * @param rows an even number; where it is 2, four are read and written
 * @param b `[k, columns]`: step j is at `b + j * bStep`; with `bStep` 0 packed tile by tile, `[k, tile columns]` each
 * @param columns a multiple of 4
 * @param c `[rows, columns]`, rows `cStep` bytes apart
 */
export function multiply(a: usize, aStep: usize, rows: i32, b: usize, bStep: usize, columns: i32, k: i32, c: usize, cStep: usize, add: bool): void {
  for (let column = 0; column < columns; ) {
    const width = tileColumns(columns - column);
    const right = b + 4 * <usize>(bStep ? column : column * k);
    const rightStep: usize = bStep ? bStep : 4 * width;
    for (let row = 0; row < rows; ) {
      const height = tileRows(rows - row);
      const left = a + 4 * <usize>(aStep ? row : row * k);
      const leftStep: usize = aStep ? aStep : 4 * height;
      const out = c + <usize>row * cStep + 4 * <usize>column;
      if (height == 6) {
        if (width == 8) tile6x8(left, leftStep, right, rightStep, k, out, cStep, add);
        else tile6x4(left, leftStep, right, rightStep, k, out, cStep, add);
      } else {
        if (width == 8) tile4x8(left, leftStep, right, rightStep, k, out, cStep, add);
        else tile4x4(left, leftStep, right, rightStep, k, out, cStep, add);
      }
      row += height;
    }
    column += width;
  }
}

/** `sums[column] += Σ_rows (a b)²`, without keeping the product. */
export function addSquares(a: usize, aStep: usize, rows: i32, b: usize, bStep: usize, columns: i32, k: i32, sums: usize): void {
  for (let column = 0; column < columns; ) {
    const width = tileColumns(columns - column);
    const right = b + 4 * <usize>(bStep ? column : column * k);
    const rightStep: usize = bStep ? bStep : 4 * width;
    const out = sums + 4 * <usize>column;
    for (let row = 0; row < rows; ) {
      const height = tileRows(rows - row);
      const left = a + 4 * <usize>(aStep ? row : row * k);
      const leftStep: usize = aStep ? aStep : 4 * height;
      if (height == 6) {
        if (width == 8) squares6x8(left, leftStep, right, rightStep, k, out);
        else squares6x4(left, leftStep, right, rightStep, k, out);
      } else {
        if (width == 8) squares4x8(left, leftStep, right, rightStep, k, out);
        else squares4x4(left, leftStep, right, rightStep, k, out);
      }
      row += height;
    }
    column += width;
  }
}

function tile6x8(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, c: usize, cStep: usize, add: bool): void {
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

function tile6x4(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, c: usize, cStep: usize, add: bool): void {
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

function tile4x8(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, c: usize, cStep: usize, add: bool): void {
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

function tile4x4(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, c: usize, cStep: usize, add: bool): void {
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

function squares6x8(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize): void {
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

function squares6x4(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize): void {
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

function squares4x8(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize): void {
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

function squares4x4(a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize): void {
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
