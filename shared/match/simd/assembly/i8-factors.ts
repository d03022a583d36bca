// What the norms of contexts are computed from in the i8 form. With the Gram matrix `G = Lᵀ L` of a block's nodes, L upper
// triangular, `|Σ_j a_j x_j|² = |L a|²`: min(n, d) numbers a node, half of them zeros, whatever d is, and a sum of squares
// however L is rounded.
import { laneMax, ROUNDING, splat } from './arithmetic';
import { inverse, inverses, storeBytes } from './i8-arithmetic';
import { firstGroup } from './i8-products';
import { gramMatrix, packTile } from './prepare';
import { tileColumns, tileRows } from './products';

/** A node that adds less than this share of its squared norm to what the nodes before it span adds nothing. */
const SMALLEST_PIVOT: f32 = 1e-5;

/** Rows of a factor of `n` nodes of d numbers. */
export function factorRows(n: i32, d: i32): i32 {
  return (min(n, d) + 1) & ~1;
}

/** Bytes of a block's factor. */
export function factorBytes(n: i32, d: i32): i32 {
  const rows = factorRows(n, d);
  const groups = (n + 3) >> 2;
  let bytes = 0;
  for (let row = 0; row < rows; ) {
    const height = tileRows(rows - row);
    bytes += 4 * height * (groups - firstGroup(row));
    row += height;
  }
  return bytes;
}

/** Floats of scratch that `packFactors` needs. */
export function factorScratch(T: i32, n: i32, d: i32): i32 {
  const lanes = (n + 3) & ~3;
  return (d + lanes + T * (factorRows(n, d) + 2)) * lanes;
}

/**
 * Factors of all blocks in bytes, `L[k, i] ≈ nodeScale_i sqrt(blockScale) q[k, i]`: a scale a node, for nodes of any
 * length, and one a block. And the squared norms of the nodes' blocks, which the Gram matrices hold.
 * @param nodes `[n, D]`
 * @param factors by block, as `addI8Squares` needs them
 * @param nodeScales `[n rounded up to 4]`
 * @param blockScales `[T]`, squares
 * @param squares `[T, n]`, rows `squareStep` bytes apart
 */
export function packFactors(
  T: i32,
  d: i32,
  nodes: usize,
  n: i32,
  factors: usize,
  nodeScales: usize,
  blockScales: usize,
  squares: usize,
  squareStep: usize,
  work: usize,
): void {
  const lanes = (n + 3) & ~3;
  const row: usize = 4 * lanes;
  const rows = factorRows(n, d);
  const gram = work + <usize>d * row;
  const all = gram + <usize>lanes * row;
  const size = <usize>(rows + 2) * row;
  memory.fill(nodeScales, 0, row);
  for (let block = 0; block < T; block++) {
    for (let column = 0; column < lanes; ) {
      const width = tileColumns(lanes - column);
      packTile(nodes, n, column, width, T * d, block, d, work + 4 * <usize>(column * d));
      column += width;
    }
    gramMatrix(work, d, lanes, gram);
    for (let i = 0; i < n; i++) {
      const square = load<f32>(gram + <usize>i * (row + 4));
      store<f32>(squares + 4 * i, square);
      store<f32>(nodeScales + 4 * i, max<f32>(sqrt<f32>(square), load<f32>(nodeScales + 4 * i)));
    }
    factorise(gram, n, lanes, min(n, d), rows + 2, squares, all + <usize>block * size);
    squares += squareStep;
  }
  for (let block = 0; block < T; block++) {
    const scale = roundFactor(all + <usize>block * size, n, lanes, rows, nodeScales, factors);
    store<f32>(blockScales + 4 * block, scale * scale);
    factors += factorBytes(n, d);
  }
}

/**
 * L of a Gram matrix, which is overwritten: Cholesky's factor without the rows of nodes that depend on those before.
 * @param most rows that are not zeros at most; `rows` are written
 */
function factorise(
  gram: usize,
  n: i32,
  lanes: i32,
  most: i32,
  rows: i32,
  squares: usize,
  out: usize,
): void {
  const row: usize = 4 * lanes;
  memory.fill(out, 0, <usize>rows * row);
  let to = out;
  let found = 0;
  for (let pivot = 0; pivot < n && found < most; pivot++) {
    const own = gram + <usize>pivot * row;
    const square = load<f32>(own + 4 * pivot);
    // What the rows above leave of the node's squared norm.
    if (!(square > SMALLEST_PIVOT * load<f32>(squares + 4 * pivot))) continue;
    const scale = splat(1 / sqrt<f32>(square));
    const first: usize = 4 * (pivot & ~3);
    for (let at = first; at < row; at += 16) {
      v128.store(to + at, f32x4.mul(v128.load(own + at), scale));
    }
    for (let lane = pivot & ~3; lane < pivot; lane++) store<f32>(to + 4 * lane, 0);
    for (let i = pivot + 1; i < n; i++) {
      const weight = v128.load32_splat(to + 4 * i);
      const other = gram + <usize>i * row;
      for (let at = first; at < row; at += 16) {
        v128.store(other + at, f32x4.sub(v128.load(other + at), f32x4.mul(weight, v128.load(to + at))));
      }
    }
    to += row;
    found++;
  }
}

/** Packs one factor as bytes and returns its scale. */
function roundFactor(factor: usize, n: i32, lanes: i32, rows: i32, nodeScales: usize, out: usize): f32 {
  const row: usize = 4 * lanes;
  let largest: f32 = 0;
  for (let lane = 0; lane < lanes; lane += 4) {
    let most = splat(0);
    for (let k = 0; k < rows; k++) {
      most = f32x4.pmax(most, f32x4.abs(v128.load(factor + <usize>k * row + 4 * lane)));
    }
    const own = v128.load(nodeScales + 4 * lane);
    // A node of norm 0 has a factor of zeros: 0 / 0 is not counted.
    const share = v128.and(f32x4.div(most, own), f32x4.gt(own, splat(0)));
    largest = max<f32>(largest, laneMax(share));
  }
  const inverted = splat(inverse(largest) * 127.0);
  for (let first = 0; first < rows; ) {
    const height = tileRows(rows - first);
    for (let node = 4 * firstGroup(first); node < lanes; node += 4) {
      const scale = f32x4.mul(inverses(v128.load(nodeScales + 4 * node)), inverted);
      for (let k = first; k < first + height; k++) {
        const value = f32x4.mul(v128.load(factor + <usize>k * row + 4 * node), scale);
        storeBytes(out, f32x4.add(value, splat(ROUNDING)));
        out += 4;
      }
    }
    first += height;
  }
  return largest / 127;
}
