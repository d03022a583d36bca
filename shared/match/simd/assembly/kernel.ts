// GSMN of images with captions: everything of an image and a batch of captions in one call, and the loop over many.

import { exponential, hyperbolicTangent } from './arithmetic';
import { attend, transposeAttention } from './attention';
import { multiplyI8 } from './i8-products';
import { i8ContextSquares, roundRegionWeights, roundWordWeights } from './i8-weights';
import { multiply } from './products';
import { Batch, Caption, Image, Job, List, Network } from './records';
import { scoreRegions, scoreWords } from './structure';
import { contextScratch, contextSquares, matchRegions, matchWords } from './vectors';

export { factorBytes } from './i8-factors';
export { i8PrepareScratch, prepareI8Batch, prepareI8Image } from './i8-prepare';
export { multiplyI8 } from './i8-products';
export { prepareBatch, prepareImage } from './prepare';
export { multiply } from './products';

/** Where the parts of a pair's scratch lie. */
class Scratch {
  wordAttention: usize;
  regionAttention: usize;
  wordScores: usize;
  regionScores: usize;
  products: usize;
  transposed: usize;
  words: usize;
  regions: usize;
  work: usize;
  end: usize;
}

/** Lays out the scratch behind its own table. */
function layOut(network: Network, wordLanes: i32, lanes: i32, scratch: Scratch): void {
  const T: usize = network.blocks;
  const W: usize = wordLanes;
  const R: usize = lanes;
  const units: usize = network.kernels * network.kernelUnits;
  const hidden: usize = network.hidden;
  const rounded: usize = (T + 3) & ~3;
  let at: usize = (changetype<usize>(scratch) + offsetof<Scratch>() + 63) & ~63;
  scratch.wordAttention = at;
  at += 4 * W * R;
  scratch.regionAttention = at;
  at += 4 * W * R;
  scratch.wordScores = at;
  at += 4 * W;
  scratch.regionScores = at;
  at += 4 * R;
  scratch.products = at;
  at += 4 * W * T * R;
  scratch.transposed = at;
  at += 4 * R * W;
  scratch.words = at;
  at += 4 * rounded * W;
  scratch.regions = at;
  at += 4 * rounded * R;
  scratch.work = at;
  const structure = max<usize>((2 * units + hidden) * R, hidden * (2 * W + 4));
  at += 4 * max<usize>(max<usize>(structure, W + R), <usize>contextScratch(max<i32>(wordLanes, lanes)));
  scratch.end = at;
}

/** Bytes of scratch for `wordLanes` words and `lanes` regions at most, both multiples of 4. */
export function scratchBytes(network: Network, wordLanes: i32, lanes: i32, scratch: Scratch): usize {
  layOut(network, wordLanes, lanes, scratch);
  return scratch.end - changetype<usize>(scratch);
}

/**
 * Scores one image with a batch.
 * @param imageToText row of the image in the scores, as `textToImage`
 * @param scratch its table says afterwards where both attentions `[W, Rr]`, word scores `[Wr]` and, of the last
 *   caption, region scores `[Rr]` stand
 */
export function matchBatch(
  network: Network,
  image: Image,
  batch: Batch,
  imageToText: usize,
  textToImage: usize,
  scratch: Scratch,
): void {
  const T = network.blocks;
  const lanes = image.lanes;
  const row: usize = 4 * lanes;
  const W = batch.words;
  layOut(network, batch.lanes, lanes, scratch);
  blockProducts(network, image, batch, scratch.products);
  for (let index = 0; index < batch.captions; index++) {
    const caption = changetype<Caption>(batch.table + index * offsetof<Caption>());
    const first: usize = caption.first;
    const products = scratch.products + first * T * row;
    const looked = scratch.regionAttention + first * row;
    attend(
      products,
      T,
      caption.words,
      image.regions,
      lanes,
      network.temperature,
      scratch.wordAttention + first * row,
      looked,
      scratch.work,
    );
    regionContexts(network, caption, looked, lanes, scratch);
    matchRegions(products, looked, caption.words, lanes, T, image.squares, scratch.regions);
    scoreRegions(network, image, scratch.regions, scratch.work, scratch.regionScores);
    store<f32>(imageToText + 4 * caption.column, mean(scratch.regionScores, image.regions));
  }
  wordContexts(network, image, batch, scratch);
  matchWords(scratch.products, scratch.wordAttention, W, batch.lanes, lanes, T, batch.squares, scratch.words);
  const captions = changetype<Caption>(batch.table);
  scoreWords(
    network,
    captions,
    batch.captions,
    W,
    batch.lanes,
    scratch.words,
    scratch.work,
    scratch.wordScores,
  );
  for (let index = 0; index < batch.captions; index++) {
    const caption = changetype<Caption>(batch.table + index * offsetof<Caption>());
    store<f32>(textToImage + 4 * caption.column, mean(scratch.wordScores + 4 * caption.first, caption.words));
  }
}

/** Products of all words' blocks with all regions', `[W, T, Rr]`. */
function blockProducts(network: Network, image: Image, batch: Batch, products: usize): void {
  const T = network.blocks;
  const d = network.blockSize;
  const rows = (batch.words + 1) & ~1;
  const row: usize = 4 * image.lanes;
  const step: usize = <usize>T * row;
  // Numbers of a node's block in units of 32 bits.
  const units = network.i8 ? (d + 3) >> 2 : d;
  for (let block = 0; block < T; block++) {
    const words = batch.nodes + 4 * <usize>(block * units * batch.lanes);
    const regions = image.nodes + <usize>(block * units) * row;
    const out = products + <usize>block * row;
    if (network.i8) {
      const offsets = batch.offsets + 4 * <usize>(block * batch.lanes);
      const scales = batch.scales + 4 * <usize>(block * batch.lanes);
      const regionScales = image.scales + <usize>block * row;
      multiplyI8(words, rows, regions, image.lanes, units, offsets, scales, regionScales, out, step);
    } else multiply(words, 0, rows, regions, 0, image.lanes, d, out, step, false);
  }
}

/** Squared norms of what regions see of a caption, `[T, Rr]`. */
function regionContexts(network: Network, caption: Caption, attention: usize, lanes: i32, scratch: Scratch): void {
  const T = network.blocks;
  const d = network.blockSize;
  const L = caption.words;
  const row: usize = 4 * lanes;
  if (network.i8) {
    const weights = scratch.transposed;
    const scales = weights + <usize>((L + 3) & ~3) * lanes;
    roundRegionWeights(attention, L, lanes, caption.nodeScales, weights, scales);
    i8ContextSquares(caption.pairs, caption.blockScales, T, d, L, weights, scales, lanes, scratch.regions);
  } else {
    contextSquares(caption.gram, caption.pairs, T, d, L, attention, row, lanes, scratch.regions, row, scratch.work);
  }
}

/** Squared norms of what words see of the image, `[T, Wr]`. */
function wordContexts(network: Network, image: Image, batch: Batch, scratch: Scratch): void {
  const T = network.blocks;
  const d = network.blockSize;
  const R = image.regions;
  const lanes = batch.lanes;
  const step: usize = 4 * lanes;
  const seen = scratch.transposed;
  if (network.i8) {
    const scales = seen + <usize>image.lanes * lanes;
    roundWordWeights(scratch.wordAttention, batch.words, image.lanes, lanes, image.nodeScales, seen, scales);
    i8ContextSquares(image.pairs, image.blockScales, T, d, R, seen, scales, lanes, scratch.words);
  } else {
    transposeAttention(scratch.wordAttention, batch.words, image.lanes, lanes, seen);
    contextSquares(image.gram, image.pairs, T, d, R, seen, step, lanes, scratch.words, step, scratch.work);
  }
}

function mean(values: usize, count: i32): f32 {
  let sum: f32 = 0;
  for (let index = 0; index < count; index++) sum += load<f32>(values + 4 * index);
  return sum / <f32>count;
}

/**
 * Takes images and batches of a job's lists, one after the other, until none is left, `limit` were taken, or it is to
 * stop. Threads that call it share the work.
 */
export function runJob(job: Job, scratch: Scratch, limit: i32): void {
  let list = changetype<List>(job.lists);
  let first = 0;
  for (; limit > 0; limit--) {
    if (atomic.load<i32>(changetype<usize>(job), offsetof<Job>('stop')) != 0) return;
    const item = atomic.add<i32>(changetype<usize>(job), 1, offsetof<Job>('next'));
    if (item >= job.items) return;
    while (item >= list.end) {
      first = list.end;
      list = changetype<List>(changetype<usize>(list) + offsetof<List>());
    }
    // All images of a batch follow each other: the batch stays in the cache.
    const own = item - first;
    const batch = changetype<Batch>(load<usize>(list.batches + 4 * <usize>(own / list.imageCount)));
    const index: usize = own % list.imageCount;
    const image = changetype<Image>(load<usize>(list.images + 4 * index));
    const at: usize = 4 * index * <usize>list.columns;
    matchBatch(
      changetype<Network>(job.network),
      image,
      batch,
      list.imageToText + at,
      list.textToImage + at,
      scratch,
    );
    atomic.add<i32>(changetype<usize>(job), 1, offsetof<Job>('done'));
  }
}

/** The sum of whole numbers of 32 bits; `bytes` is a multiple of 64. */
export function addUp(x: usize, bytes: usize): i32 {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  for (const end = x + bytes; x < end; x += 64) {
    a = i32x4.add(a, v128.load(x));
    b = i32x4.add(b, v128.load(x, 16));
    c = i32x4.add(c, v128.load(x, 32));
    d = i32x4.add(d, v128.load(x, 48));
  }
  a = i32x4.add(i32x4.add(a, b), i32x4.add(c, d));
  return (
    i32x4.extract_lane(a, 0) +
    i32x4.extract_lane(a, 1) +
    i32x4.extract_lane(a, 2) +
    i32x4.extract_lane(a, 3)
  );
}

/** Replaces `count` numbers x (a multiple of 4) by e^x. */
export function exponentials(x: usize, count: i32): void {
  for (const end = x + 4 * <usize>count; x < end; x += 16) v128.store(x, exponential(v128.load(x)));
}

/** Replaces `count` numbers x (a multiple of 4) by tanh x. */
export function hyperbolicTangents(x: usize, count: i32): void {
  for (const end = x + 4 * <usize>count; x < end; x += 16) v128.store(x, hyperbolicTangent(v128.load(x)));
}
