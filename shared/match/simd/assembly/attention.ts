// Node-level attention of one caption with one image.
import { exponential, laneMask, laneMax, laneSum, leaky, multiplyAdd, splat, storeTransposed } from './arithmetic';

/** Added to a norm that may be 0. */
const EPSILON: f32 = 1e-8;

/**
 * From block products both attentions. With `S = Σ_b P^b` and `A = leaky_relu(S, 0.1)`, words look at regions by
 * `softmax_r(λ A / |A|)` normalised over the words of a region, and regions at words by `softmax_w` of A normalised
 * over the regions of a word.
 * @param products of the caption's words, `[L, T, Rr]`
 * @param wordAttention `[L, Rr]`, out; about 0 for padded regions
 * @param regionAttention `[L, Rr]`, out: for region r its column; undefined for padded regions
 * @param scales Rr + L floats of scratch
 */
export function attend(
  products: usize,
  T: i32,
  L: i32,
  R: i32,
  lanes: i32,
  temperature: f32,
  wordAttention: usize,
  regionAttention: usize,
  scales: usize,
): void {
  const row: usize = 4 * lanes;
  const columnScales = scales;
  const wordScales = scales + row;
  memory.fill(columnScales, 0, row);
  for (let word = 0; word < L; word++) {
    let squares = splat(0);
    const from = products + <usize>word * T * row;
    const affinity = regionAttention + <usize>word * row;
    for (let r: usize = 0; r < row; r += 16) {
      let sum = v128.load(from + r);
      let at = from + r + row;
      for (let block = 1; block < T; block++) {
        sum = f32x4.add(sum, v128.load(at));
        at += row;
      }
      const a = leaky(sum);
      v128.store(affinity + r, a);
      squares = multiplyAdd(a, a, squares);
      v128.store(columnScales + r, multiplyAdd(a, a, v128.load(columnScales + r)));
    }
    store<f32>(wordScales + 4 * word, temperature / (sqrt<f32>(laneSum(squares)) + EPSILON));
  }
  for (let r: usize = 0; r < row; r += 16) {
    const norm = f32x4.add(f32x4.sqrt(v128.load(columnScales + r)), splat(EPSILON));
    v128.store(columnScales + r, f32x4.div(splat(temperature), norm));
  }
  const last = laneMask(R - lanes + 4);
  for (let word = 0; word < L; word++) {
    const at = <usize>word * row;
    overRegions(regionAttention + at, columnScales, row, last, wordAttention + at);
  }
  for (let r: usize = 0; r < row; r += 16) overWords(regionAttention + r, L, row, wordScales);
}

/** `out = softmax(affinity * scales)` over one row, without its last lanes outside the mask. */
function overRegions(affinity: usize, scales: usize, row: usize, last: v128, out: usize): void {
  let largest = splat(-Infinity);
  for (let r: usize = 0; r < row; r += 16) {
    let x = f32x4.mul(v128.load(affinity + r), v128.load(scales + r));
    if (r + 16 == row) x = v128.bitselect(x, splat(-Infinity), last);
    v128.store(out + r, x);
    largest = f32x4.pmax(largest, x);
  }
  largest = splat(laneMax(largest));
  let sum = splat(0);
  for (let r: usize = 0; r < row; r += 16) {
    const e = exponential(f32x4.sub(v128.load(out + r), largest));
    v128.store(out + r, e);
    sum = f32x4.add(sum, e);
  }
  const scale = splat(1 / laneSum(sum));
  for (let r: usize = 0; r < row; r += 16) v128.store(out + r, f32x4.mul(v128.load(out + r), scale));
}

/** Softmax over the words of four regions, in place; each word's affinities are scaled first. */
function overWords(column: usize, L: i32, row: usize, scales: usize): void {
  let largest = splat(-Infinity);
  let at = column;
  for (let word = 0; word < L; word++) {
    const x = f32x4.mul(v128.load(at), v128.load_splat<f32>(scales + 4 * word));
    v128.store(at, x);
    largest = f32x4.pmax(largest, x);
    at += row;
  }
  let sum = splat(0);
  at = column;
  for (let word = 0; word < L; word++) {
    const e = exponential(f32x4.sub(v128.load(at), largest));
    v128.store(at, e);
    sum = f32x4.add(sum, e);
    at += row;
  }
  const scale = f32x4.div(splat(1), sum);
  at = column;
  for (let word = 0; word < L; word++) {
    v128.store(at, f32x4.mul(v128.load(at), scale));
    at += row;
  }
}

/** `[W, Rr]` to `[Rr, Wr]`, zeros for words beyond W. */
export function transposeAttention(attention: usize, W: i32, lanes: i32, wordLanes: i32, out: usize): void {
  const row: usize = 4 * lanes;
  const step: usize = 4 * wordLanes;
  for (let word = 0; word < wordLanes; word += 4) {
    const from = attention + <usize>word * row;
    const to = out + 4 * <usize>word;
    for (let r = 0; r < lanes; r += 4) {
      const at = from + 4 * <usize>r;
      storeTransposed(
        word < W ? v128.load(at) : splat(0),
        word + 1 < W ? v128.load(at + row) : splat(0),
        word + 2 < W ? v128.load(at + 2 * row) : splat(0),
        word + 3 < W ? v128.load(at + 3 * row) : splat(0),
        to + <usize>r * step,
        step,
      );
    }
  }
}
