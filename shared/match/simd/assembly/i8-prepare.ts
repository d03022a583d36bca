// Records of images and captions in the i8 form, from row-major nodes.

import { laneMask, laneMax, laneSum, ROUNDING, splat } from './arithmetic';
import { inverse, storeBytes } from './i8-arithmetic';
import { factorScratch, packFactors } from './i8-factors';
import { innerProducts } from './prepare';
import { tileColumns, tileRows } from './products';
import { Batch, Caption, Image, Network } from './records';

/** The range that words are rounded to: eight bits with a sign. */
const LARGEST_WORD: f32 = 127;
/**
 * The range that regions are rounded to, and the offset that is added: seven bits without a sign, as required for one
 * side of a dot product. Scores suffer less from it than if words had this range: a word's context is a mean over many
 * regions.
 */
const LARGEST_REGION: f32 = 63;
const REGION_ZERO: i32 = 64;

/**
 * Rounds a block of some rows of `[rows, D]` to bytes `[d / 4 rounded up, height, 4]`, each row with a scale of its own;
 * zeros beyond the rows.
 * @param offsets -64 times each row's sum; 0 for none
 */
function roundTile(
  nodes: usize,
  rows: i32,
  first: i32,
  height: i32,
  jointSize: i32,
  block: i32,
  d: i32,
  largest: f32,
  zero: i32,
  out: usize,
  scales: usize,
  offsets: usize,
): void {
  const groups = (d + 3) >> 2;
  const last = laneMask(d - 4 * groups + 4);
  const zeros = splat(ROUNDING + <f32>zero);
  for (let lane = 0; lane < height; lane++) {
    const there = first + lane < rows;
    const from = nodes + 4 * (<usize>(first + lane) * jointSize + block * d);
    let most = splat(0);
    for (let group = 0; there && group < groups; group++) {
      most = f32x4.pmax(most, f32x4.abs(numbers(from, group, groups, last)));
    }
    const bound = laneMax(most);
    store<f32>(scales + 4 * lane, bound / largest);
    const factor = splat(largest * inverse(bound));
    let sums = splat(0);
    for (let group = 0; group < groups; group++) {
      const x = there ? numbers(from, group, groups, last) : splat(0);
      const rounded = f32x4.add(f32x4.mul(x, factor), zeros);
      sums = f32x4.add(sums, f32x4.sub(rounded, zeros));
      storeBytes(out + 4 * <usize>(group * height + lane), rounded);
    }
    if (offsets) store<i32>(offsets + 4 * lane, -REGION_ZERO * <i32>laneSum(sums));
  }
}

/** Four numbers of a block; zeros for those after its end, which belong to the next block. */
function numbers(from: usize, group: i32, groups: i32, last: v128): v128 {
  const x = v128.load(from + 16 * <usize>group);
  return group == groups - 1 ? v128.and(x, last) : x;
}

/** Floats of scratch that `prepareI8Image` takes for `n` regions, and `prepareI8Batch` for captions of `n` words at most. */
export function i8PrepareScratch(T: i32, n: i32, d: i32): i32 {
  return factorScratch(T, n, d);
}

/** Lays out an image whose record has its sizes and addresses. `nodes`: `[R, D]`. */
export function prepareI8Image(network: Network, image: Image, nodes: usize, work: usize): void {
  const T = network.blocks;
  const d = network.blockSize;
  const groups = (d + 3) >> 2;
  const lanes = image.lanes;
  memory.fill(image.squares, 0, 4 * <usize>T * lanes);
  for (let block = 0; block < T; block++) {
    for (let column = 0; column < lanes; ) {
      const width = tileColumns(lanes - column);
      const at: usize = 4 * <usize>(block * lanes + column);
      const out = image.nodes + 4 * <usize>(groups * (block * lanes + column));
      roundTile(nodes, image.regions, column, width, T * d, block, d, LARGEST_REGION, REGION_ZERO, out, image.scales + at, 0);
      column += width;
    }
  }
  packFactors(T, d, nodes, image.regions, image.pairs, image.nodeScales, image.blockScales, image.squares, 4 * lanes, work);
}

/** As `prepareBatch`: lays out a batch whose record and captions have their sizes and addresses. `nodes`: `[W, D]`. */
export function prepareI8Batch(network: Network, batch: Batch, nodes: usize, work: usize): void {
  const T = network.blocks;
  const d = network.blockSize;
  const groups = (d + 3) >> 2;
  const lanes = batch.lanes;
  const rows = (batch.words + 1) & ~1;
  memory.fill(batch.squares, 0, 4 * <usize>T * lanes);
  for (let block = 0; block < T; block++) {
    for (let row = 0; row < rows; ) {
      const height = tileRows(rows - row);
      const at: usize = 4 * <usize>(block * lanes + row);
      const out = batch.nodes + 4 * <usize>(groups * (block * lanes + row));
      roundTile(nodes, batch.words, row, height, T * d, block, d, LARGEST_WORD, 0, out, batch.scales + at, batch.offsets + at);
      row += height;
    }
  }
  for (let index = 0; index < batch.captions; index++) {
    const caption = changetype<Caption>(batch.table + index * offsetof<Caption>());
    const own = nodes + 4 * <usize>caption.first * T * d;
    if (network.neighbours) innerProducts(own, caption.words, T * d, caption.edges);
    packFactors(T, d, own, caption.words, caption.pairs, caption.nodeScales, caption.blockScales, batch.squares + 4 * caption.first, 4 * lanes, work);
  }
}
