// Matching vectors: block cosines of nodes with what they attend to, `m[b] = P a / sqrt(|x^b|² |c^b|²)`.
import { boundedCosine, laneSums, multiplyAdd, splat } from './arithmetic';
import { addSquares, multiply, tileColumns } from './products';

/**
 * Pairs whose products are computed at a time: together with a tile's columns of Gram matrices they fit into the
 * first-level cache.
 */
const PAIRS: i32 = 320;

/** Floats of scratch that `contextSquares` takes for `n` attended nodes. */
export function contextScratch(n: i32): i32 {
  return 8 * (PAIRS + n);
}

/**
 * Squared block norms of contexts, `|Σ_j a_j x_j^b|²`, of `columns` attending nodes.
 * @param gram whether `pairs` holds Gram matrices `[n (n + 1) / 2, Tr]` (the norm is `aᵀ G^b a`) or by block rows
 *   `[n, d rounded up]` (the context itself is formed, tile by tile)
 * @param attention `[n, columns]`, rows `step` bytes apart
 * @param out `[T, columns]`, rows `outStep` bytes apart
 */
export function contextSquares(
  gram: i32,
  pairs: usize,
  T: i32,
  d: i32,
  n: i32,
  attention: usize,
  step: usize,
  columns: i32,
  out: usize,
  outStep: usize,
  work: usize,
): void {
  if (gram) {
    for (let column = 0; column < columns; ) {
      const width = tileColumns(columns - column);
      const a = attention + 4 * <usize>column;
      if (width == 8) gramColumns8(pairs, T, n, a, step, out + 4 * column, outStep, work);
      else gramColumns4(pairs, T, n, a, step, out + 4 * column, outStep, work);
      column += width;
    }
    return;
  }
  const padded = (d + 3) & ~3;
  for (let block = 0; block < T; block++) {
    const sums = out + <usize>block * outStep;
    memory.fill(sums, 0, 4 * <usize>columns);
    const rows = pairs + 4 * <usize>block * n * padded;
    addSquares(rows, 4 * padded, (d + 1) & ~1, attention, step, columns, n, sums);
  }
}

function gramColumns8(
  pairs: usize,
  T: i32,
  n: i32,
  attention: usize,
  step: usize,
  out: usize,
  outStep: usize,
  work: usize,
): void {
  const pairStep: usize = ((T + 3) & ~3) * 4;
  const rows = (T + 1) & ~1;
  let formed = 0;
  let add = false;
  let to = work;
  let own = attention;
  for (let i = 0; i < n; i++) {
    const x0 = v128.load(own);
    const x1 = v128.load(own, 16);
    for (let other = attention; other <= own; other += step) {
      v128.store(to, f32x4.mul(x0, v128.load(other)));
      v128.store(to, f32x4.mul(x1, v128.load(other, 16)), 16);
      to += 32;
    }
    own += step;
    formed += i + 1;
    if (formed >= PAIRS || i == n - 1) {
      multiply(pairs, pairStep, rows, work, 32, 8, formed, out, outStep, add);
      pairs += <usize>formed * pairStep;
      formed = 0;
      to = work;
      add = true;
    }
  }
}

function gramColumns4(
  pairs: usize,
  T: i32,
  n: i32,
  attention: usize,
  step: usize,
  out: usize,
  outStep: usize,
  work: usize,
): void {
  const pairStep: usize = ((T + 3) & ~3) * 4;
  const rows = (T + 1) & ~1;
  let formed = 0;
  let add = false;
  let to = work;
  let own = attention;
  for (let i = 0; i < n; i++) {
    const x = v128.load(own);
    for (let other = attention; other <= own; other += step) {
      v128.store(to, f32x4.mul(x, v128.load(other)));
      to += 16;
    }
    own += step;
    formed += i + 1;
    if (formed >= PAIRS || i == n - 1) {
      multiply(pairs, pairStep, rows, work, 16, 4, formed, out, outStep, add);
      pairs += <usize>formed * pairStep;
      formed = 0;
      to = work;
      add = true;
    }
  }
}

/**
 * Matching vectors of words, over `matches`, which holds their contexts' squared norms `[T, Wr]`.
 * @param products `[W, T, Rr]`
 * @param attention `[W, Rr]`
 * @param squares of the words, `[T, Wr]`
 */
export function matchWords(
  products: usize,
  attention: usize,
  W: i32,
  wordLanes: i32,
  lanes: i32,
  T: i32,
  squares: usize,
  matches: usize,
): void {
  const row: usize = 4 * lanes;
  const size: usize = <usize>T * row;
  for (let word = 0; word < wordLanes; word += 4) {
    // Words beyond W repeat the last one; their vectors are not read.
    const w0: usize = min(word, W - 1);
    const w1: usize = min(word + 1, W - 1);
    const w2: usize = min(word + 2, W - 1);
    const w3: usize = min(word + 3, W - 1);
    const a0 = attention + w0 * row;
    const a1 = attention + w1 * row;
    const a2 = attention + w2 * row;
    const a3 = attention + w3 * row;
    let p0 = products + w0 * size;
    let p1 = products + w1 * size;
    let p2 = products + w2 * size;
    let p3 = products + w3 * size;
    let at: usize = 4 * word;
    for (let block = 0; block < T; block++) {
      let s0 = splat(0);
      let s1 = splat(0);
      let s2 = splat(0);
      let s3 = splat(0);
      for (let r: usize = 0; r < row; r += 16) {
        s0 = multiplyAdd(v128.load(a0 + r), v128.load(p0 + r), s0);
        s1 = multiplyAdd(v128.load(a1 + r), v128.load(p1 + r), s1);
        s2 = multiplyAdd(v128.load(a2 + r), v128.load(p2 + r), s2);
        s3 = multiplyAdd(v128.load(a3 + r), v128.load(p3 + r), s3);
      }
      const dots = laneSums(s0, s1, s2, s3);
      v128.store(matches + at, boundedCosine(dots, v128.load(matches + at), v128.load(squares + at)));
      p0 += row;
      p1 += row;
      p2 += row;
      p3 += row;
      at += 4 * wordLanes;
    }
  }
}

/**
 * Matching vectors of regions with one caption, over `matches`, which holds their contexts' squared norms `[T, Rr]`.
 * @param products of the caption's words, `[L, T, Rr]`
 * @param attention `[L, Rr]`, of regions
 * @param squares of the regions, `[T, Rr]`
 */
export function matchRegions(
  products: usize,
  attention: usize,
  L: i32,
  lanes: i32,
  T: i32,
  squares: usize,
  matches: usize,
): void {
  const row: usize = 4 * lanes;
  const size: usize = <usize>T * row;
  for (let r: usize = 0; r < row; r += 16) {
    let block = 0;
    for (; block + 4 <= T; block += 4) {
      let s0 = splat(0);
      let s1 = splat(0);
      let s2 = splat(0);
      let s3 = splat(0);
      let from = products + <usize>block * row + r;
      let weight = attention + r;
      for (let word = 0; word < L; word++) {
        const a = v128.load(weight);
        s0 = multiplyAdd(a, v128.load(from), s0);
        s1 = multiplyAdd(a, v128.load(from + row), s1);
        s2 = multiplyAdd(a, v128.load(from + 2 * row), s2);
        s3 = multiplyAdd(a, v128.load(from + 3 * row), s3);
        weight += row;
        from += size;
      }
      const at = <usize>block * row + r;
      toCosine(s0, matches, squares, at);
      toCosine(s1, matches, squares, at + row);
      toCosine(s2, matches, squares, at + 2 * row);
      toCosine(s3, matches, squares, at + 3 * row);
    }
    for (; block < T; block++) {
      let s = splat(0);
      let from = products + <usize>block * row + r;
      let weight = attention + r;
      for (let word = 0; word < L; word++) {
        s = multiplyAdd(v128.load(weight), v128.load(from), s);
        weight += row;
        from += size;
      }
      toCosine(s, matches, squares, <usize>block * row + r);
    }
  }
}

function toCosine(dots: v128, matches: usize, squares: usize, at: usize): void {
  v128.store(matches + at, boundedCosine(dots, v128.load(matches + at), v128.load(squares + at)));
}
