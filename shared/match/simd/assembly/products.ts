// Matrix products, cut into register tiles. They are generated: shared/platform/match/register-tiles.ts.
import { squares4x4, squares4x8, squares6x4, squares6x8 } from './square-tiles';
import { tile4x4, tile4x8, tile6x4, tile6x8 } from './tiles';

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
export function multiply(
  a: usize,
  aStep: usize,
  rows: i32,
  b: usize,
  bStep: usize,
  columns: i32,
  k: i32,
  c: usize,
  cStep: usize,
  add: bool,
): void {
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
export function addSquares(
  a: usize,
  aStep: usize,
  rows: i32,
  b: usize,
  bStep: usize,
  columns: i32,
  k: i32,
  sums: usize,
): void {
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
