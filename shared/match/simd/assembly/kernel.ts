// GSMN of images with captions: everything of an image and a batch of captions in one call, and the loop over many.

import { exponential, hyperbolicTangent } from './arithmetic';
import { attend, transposeAttention } from './attention';
import { multiply } from './products';
import { Batch, Caption, Image, Job, Network } from './records';
import { scoreRegions, scoreWords } from './structure';
import { contextScratch, contextSquares, matchRegions, matchWords } from './vectors';

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
  const d = network.blockSize;
  const lanes = image.lanes;
  const row: usize = 4 * lanes;
  const W = batch.words;
  layOut(network, batch.lanes, lanes, scratch);
  for (let block = 0; block < T; block++) {
    const words = batch.nodes + 4 * <usize>block * d * batch.lanes;
    const regions = image.nodes + 4 * <usize>block * d * lanes;
    multiply(
      words,
      0,
      (W + 1) & ~1,
      regions,
      0,
      lanes,
      d,
      scratch.products + <usize>block * row,
      <usize>T * row,
      false,
    );
  }
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
    contextSquares(
      caption.gram,
      caption.pairs,
      T,
      d,
      caption.words,
      looked,
      row,
      lanes,
      scratch.regions,
      row,
      scratch.work,
    );
    matchRegions(products, looked, caption.words, lanes, T, image.squares, scratch.regions);
    scoreRegions(network, image, scratch.regions, scratch.work, scratch.regionScores);
    store<f32>(imageToText + 4 * caption.column, mean(scratch.regionScores, image.regions));
  }
  const step: usize = 4 * batch.lanes;
  transposeAttention(scratch.wordAttention, W, lanes, batch.lanes, scratch.transposed);
  contextSquares(
    image.gram,
    image.pairs,
    T,
    d,
    image.regions,
    scratch.transposed,
    step,
    batch.lanes,
    scratch.words,
    step,
    scratch.work,
  );
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

function mean(values: usize, count: i32): f32 {
  let sum: f32 = 0;
  for (let index = 0; index < count; index++) sum += load<f32>(values + 4 * index);
  return sum / <f32>count;
}

/**
 * Takes images and batches of a job, one after the other, until none is left, `limit` were taken, or it is to stop.
 * Threads that call it share the work.
 */
export function runJob(job: Job, scratch: Scratch, limit: i32): void {
  const total = job.imageCount * job.batchCount;
  for (; limit > 0; limit--) {
    if (atomic.load<i32>(changetype<usize>(job), offsetof<Job>('stop')) != 0) return;
    const item = atomic.add<i32>(changetype<usize>(job), 1, offsetof<Job>('next'));
    if (item >= total) return;
    // All images of a batch follow each other: the batch stays in the cache.
    const batch = changetype<Batch>(load<usize>(job.batches + 4 * <usize>(item / job.imageCount)));
    const index: usize = item % job.imageCount;
    const image = changetype<Image>(load<usize>(job.images + 4 * index));
    const at: usize = 4 * index * <usize>job.columns;
    matchBatch(
      changetype<Network>(job.network),
      image,
      batch,
      job.imageToText + at,
      job.textToImage + at,
      scratch,
    );
    atomic.add<i32>(changetype<usize>(job), 1, offsetof<Job>('done'));
  }
}

/** Replaces `count` numbers x (a multiple of 4) by e^x. */
export function exponentials(x: usize, count: i32): void {
  for (const end = x + 4 * <usize>count; x < end; x += 16) v128.store(x, exponential(v128.load(x)));
}

/** Replaces `count` numbers x (a multiple of 4) by tanh x. */
export function hyperbolicTangents(x: usize, count: i32): void {
  for (const end = x + 4 * <usize>count; x < end; x += 16) v128.store(x, hyperbolicTangent(v128.load(x)));
}
