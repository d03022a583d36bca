// Records of images and captions in the i8 form, from row-major nodes.

import { inverse } from './i8-arithmetic';
import { factorScratch, packFactors } from './i8-factors';
import { innerProducts, packTile, sumSquares } from './prepare';
import { tileColumns, tileRows } from './products';
import { Batch, Caption, Image, Network } from './records';

/** What words are rounded to: eight bits with a sign. */
const LARGEST_WORD: f32 = 127;
/**
 * What regions are rounded to, and what is added to them: seven bits without a sign, as one side of a dot product has to
 * be. Scores suffer less from it than if it were the words: a word's context is a mean over many regions.
 */
const LARGEST_REGION: f32 = 63;
const REGION_ZERO: i32 = 64;

/**
 * Rounds the columns of a float tile `[d, width]` to bytes `[d / 4 rounded up, width, 4]`, each with a scale of its own.
 * @param offsets -64 times each column's sum; 0 for none
 */
function roundTile(
  tile: usize,
  d: i32,
  width: i32,
  largest: f32,
  zero: i32,
  out: usize,
  scales: usize,
  offsets: usize,
): void {
  for (let lane = 0; lane < width; lane++) {
    const from = tile + 4 * lane;
    let most: f32 = 0;
    for (let k = 0; k < d; k++) most = max<f32>(most, abs<f32>(load<f32>(from + 4 * (k * width))));
    store<f32>(scales + 4 * lane, most / largest);
    const factor = largest * inverse(most);
    let sum = 0;
    for (let group = 0; 4 * group < d; group++) {
      for (let part = 0; part < 4; part++) {
        const k = 4 * group + part;
        const value = k < d ? <i32>nearest<f32>(factor * load<f32>(from + 4 * (k * width))) : 0;
        sum += value;
        store<i8>(out + 4 * (group * width + lane) + part, <i8>(value + zero));
      }
    }
    if (offsets) store<i32>(offsets + 4 * lane, -REGION_ZERO * sum);
  }
}

/** Floats of scratch that `prepareI8Image` takes for `n` regions, and `prepareI8Batch` for captions of `n` words at most. */
export function i8PrepareScratch(T: i32, n: i32, d: i32): i32 {
  return factorScratch(T, n, d) + 8 * d;
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
      packTile(nodes, image.regions, column, width, T * d, block, d, work);
      sumSquares(work, d, width, image.squares + at);
      roundTile(work, d, width, LARGEST_REGION, REGION_ZERO, out, image.scales + at, 0);
      column += width;
    }
  }
  packFactors(T, d, nodes, image.regions, image.pairs, image.nodeScales, image.blockScales, work);
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
      packTile(nodes, batch.words, row, height, T * d, block, d, work);
      roundTile(work, d, height, LARGEST_WORD, 0, out, batch.scales + at, batch.offsets + at);
      row += height;
    }
    for (let word = 0; word < batch.words; word++) {
      let sum: f32 = 0;
      const from = nodes + 4 * (<usize>word * T * d + block * d);
      for (let k = 0; k < d; k++) sum += load<f32>(from + 4 * k) * load<f32>(from + 4 * k);
      store<f32>(batch.squares + 4 * (<usize>block * lanes + word), sum);
    }
  }
  for (let index = 0; index < batch.captions; index++) {
    const caption = changetype<Caption>(batch.table + index * offsetof<Caption>());
    const own = nodes + 4 * <usize>caption.first * T * d;
    if (network.neighbours) innerProducts(own, caption.words, T * d, caption.edges);
    packFactors(T, d, own, caption.words, caption.pairs, caption.nodeScales, caption.blockScales, work);
  }
}
