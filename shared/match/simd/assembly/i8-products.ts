// Products of bytes, cut into register tiles. They are generated: shared/platform/match/register-tiles.ts.
import { i8Squares4x4, i8Squares4x8, i8Squares6x4, i8Squares6x8 } from './i8-square-tiles';
import { i8Tile4x4, i8Tile4x8, i8Tile6x4, i8Tile6x8 } from './i8-tiles';
import { tileColumns, tileRows } from './products';

/**
 * `c = a (b - 64)`, scaled by row and by column.
 * @param a packed tile by tile, `[groups, tile rows, 4]` signed bytes
 * @param rows an even number; where it is 2, four are read and written
 * @param b packed tile by tile, `[groups, tile columns, 4]` bytes from 0 to 127
 * @param columns a multiple of 4
 * @param groups how many fours of numbers a row and a column have
 * @param offsets whole numbers `[rows]`: -64 times the sum of a row
 * @param rowScales `[rows]`
 * @param columnScales `[columns]`
 * @param c `[rows, columns]`, rows `cStep` bytes apart
 */
export function multiplyI8(
  a: usize,
  rows: i32,
  b: usize,
  columns: i32,
  groups: i32,
  offsets: usize,
  rowScales: usize,
  columnScales: usize,
  c: usize,
  cStep: usize,
): void {
  for (let column = 0; column < columns; ) {
    const width = tileColumns(columns - column);
    const right = b + 4 * <usize>(column * groups);
    const scale = columnScales + 4 * <usize>column;
    for (let row = 0; row < rows; ) {
      const height = tileRows(rows - row);
      const left = a + 4 * <usize>(row * groups);
      const offset = offsets + 4 * <usize>row;
      const own = rowScales + 4 * <usize>row;
      const out = c + <usize>row * cStep + 4 * <usize>column;
      if (height == 6) {
        if (width == 8) i8Tile6x8(left, right, groups, offset, own, scale, out, cStep);
        else i8Tile6x4(left, right, groups, offset, own, scale, out, cStep);
      } else {
        if (width == 8) i8Tile4x8(left, right, groups, offset, own, scale, out, cStep);
        else i8Tile4x4(left, right, groups, offset, own, scale, out, cStep);
      }
      row += height;
    }
    column += width;
  }
}

/** The first group of nodes that a tile of a factor's rows has: those before hold zeros only (`i8-factors.ts`). */
export function firstGroup(row: i32): i32 {
  return row >> 2;
}

/**
 * `sums[column] += Σ_rows (a b)²` with a triangular factor.
 * @param a packed tile by tile from its first group on, `[groups, tile rows, 4]` signed bytes
 * @param b `[groups, columns, 4]` bytes from 0 to 127
 */
export function addI8Squares(
  a: usize,
  rows: i32,
  b: usize,
  columns: i32,
  groups: i32,
  sums: usize,
): void {
  const step: usize = 4 * columns;
  for (let row = 0; row < rows; ) {
    const height = tileRows(rows - row);
    const first = firstGroup(row);
    const count = groups - first;
    const from = b + <usize>first * step;
    for (let column = 0; column < columns; ) {
      const width = tileColumns(columns - column);
      const right = from + 4 * <usize>column;
      const out = sums + 4 * <usize>column;
      if (height == 6) {
        if (width == 8) i8Squares6x8(a, right, step, count, out);
        else i8Squares6x4(a, right, step, count, out);
      } else {
        if (width == 8) i8Squares4x8(a, right, step, count, out);
        else i8Squares4x4(a, right, step, count, out);
      }
      column += width;
    }
    a += 4 * <usize>(height * count);
    row += height;
  }
}
