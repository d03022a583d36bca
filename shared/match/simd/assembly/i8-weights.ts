// Attention in bytes, and with it the norms of contexts. A weight includes the scale of its attended node; the largest
// weight of an attending node becomes 126. The rounding error of a weight is added to the next one, so that the sum is
// preserved.
import { laneMax, multiplyAdd, rounding, splat } from './arithmetic';
import { inverse, inverses, storeBytes } from './i8-arithmetic';
import { factorBytes, factorRows } from './i8-factors';
import { addI8Squares } from './i8-products';

const LARGEST: f32 = 126;


/**
 * Weights of words on regions.
 * @param attention `[W, Rr]`
 * @param nodeScales of the regions, `[Rr]`
 * @param weights out, `[Rr / 4, Wr, 4]`, zeros for words beyond W
 * @param scales out, `[Wr]`, squares
 */
export function roundWordWeights(
  attention: usize,
  W: i32,
  lanes: i32,
  wordLanes: i32,
  nodeScales: usize,
  weights: usize,
  scales: usize,
): void {
  const row: usize = 4 * lanes;
  const step: usize = 4 * wordLanes;
  for (let word = 0; word < wordLanes; word++) {
    const from = attention + <usize>word * row;
    let to = weights + 4 * <usize>word;
    let most = splat(0);
    if (word < W) {
      for (let r: usize = 0; r < row; r += 16) {
        most = f32x4.pmax(most, f32x4.mul(v128.load(from + r), v128.load(nodeScales + r)));
      }
    }
    const largest = laneMax(most);
    store<f32>(scales + 4 * word, (largest * largest) / (LARGEST * LARGEST));
    if (largest == 0) {
      for (let r: usize = 0; r < row; r += 16) {
        store<i32>(to, 0);
        to += step;
      }
      continue;
    }
    const factor = splat(LARGEST * inverse(largest));
    let carried = splat(0);
    for (let r: usize = 0; r < row; r += 16) {
      const x = multiplyAdd(f32x4.mul(v128.load(from + r), v128.load(nodeScales + r)), factor, carried);
      const rounded = f32x4.add(x, rounding());
      carried = f32x4.sub(x, f32x4.sub(rounded, rounding()));
      storeBytes(to, rounded);
      to += step;
    }
  }
}

/**
 * Weights of regions on the words of one caption.
 * @param attention `[L, Rr]`
 * @param nodeScales of the words, `[L]`
 * @param weights out, `[L / 4 rounded up, Rr, 4]`
 * @param scales out, `[Rr]`, squares
 */
export function roundRegionWeights(
  attention: usize,
  L: i32,
  lanes: i32,
  nodeScales: usize,
  weights: usize,
  scales: usize,
): void {
  const row: usize = 4 * lanes;
  for (let r: usize = 0; r < row; r += 16) {
    let largest = splat(0);
    let at = attention + r;
    for (let word = 0; word < L; word++) {
      largest = f32x4.pmax(largest, f32x4.mul(v128.load(at), v128.load32_splat(nodeScales + 4 * word)));
      at += row;
    }
    const share = f32x4.mul(largest, splat(1 / LARGEST));
    v128.store(scales + r, f32x4.mul(share, share));
    const factor = f32x4.mul(inverses(largest), splat(LARGEST));
    let carried = splat(0);
    let to = weights + r;
    at = attention + r;
    for (let group = 0; group < L; group += 4) {
      let bytes = splat(0);
      const last = min(group + 4, L);
      for (let word = group; word < last; word++) {
        const own = f32x4.mul(v128.load(at), v128.load32_splat(nodeScales + 4 * word));
        const x = multiplyAdd(own, factor, carried);
        const rounded = f32x4.add(x, rounding());
        carried = f32x4.sub(x, f32x4.sub(rounded, rounding()));
        const byte = v128.and(rounded, i32x4.splat(255));
        bytes = v128.or(bytes, i32x4.shl(byte, 8 * (word - group)));
        at += row;
      }
      v128.store(to, bytes);
      to += row;
    }
  }
}

/**
 * Squared block norms of contexts, `|Σ_j a_j x_j^b|²`, of `columns` attending nodes.
 * @param factors of `n` attended nodes, `blockScales [T]` (`i8-factors.ts`)
 * @param weights `[n / 4 rounded up, columns, 4]`, `scales [columns]`
 * @param out `[T, columns]`
 */
export function i8ContextSquares(
  factors: usize,
  blockScales: usize,
  T: i32,
  d: i32,
  n: i32,
  weights: usize,
  scales: usize,
  columns: i32,
  out: usize,
): void {
  const rows = factorRows(n, d);
  const size: usize = factorBytes(n, d);
  const step: usize = 4 * columns;
  const groups = (n + 3) >> 2;
  for (let block = 0; block < T; block++) {
    memory.fill(out, 0, step);
    addI8Squares(factors, rows, weights, columns, groups, out);
    const own = v128.load32_splat(blockScales + 4 * block);
    for (let column: usize = 0; column < step; column += 16) {
      const scale = f32x4.mul(own, v128.load(scales + column));
      v128.store(out + column, f32x4.mul(v128.load(out + column), scale));
    }
    factors += size;
    out += step;
  }
}
