import { npyHeader } from '../../shared/formats/npy/index.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import type { WorkOptions } from '../../shared/model/index.ts';
import {
  TermCounter,
  type TermCounts,
  termStatistics,
  weighedTerms,
} from '../../shared/retrieval/caption-words/weigh-terms.ts';
import type { GenerationPlan } from './plan.ts';
import type { Staging } from './staging.ts';

/** Images whose terms are written at once. */
const BLOCK = 4096;

/**
 * Writes the terms of each image's captions with their BM25 weights, in two passes: the first counts how many images have each term, the
 * second writes. In memory are those counts and where each image's terms begin, not the terms. Progress counts images, each twice.
 */
export async function writeCaptionTerms(
  { split, captions }: GenerationPlan,
  staging: Staging,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  const { images } = split;
  const counter = new TermCounter();
  const countsOf = (image: number): TermCounts =>
    counter.count(split.captionsOf(image).map((caption) => captions[caption]?.text ?? ''));
  const offsets = new Uint32Array(images + 1);
  function* counted(): Generator<TermCounts> {
    for (let image = 0; image < images; image++) {
      if (image % BLOCK === 0) {
        signal?.throwIfAborted();
        onProgress?.(image, 2 * images);
      }
      const counts = countsOf(image);
      offsets[image + 1] = (offsets[image] as number) + counts.size;
      yield counts;
    }
  }
  const statistics = termStatistics(counted());
  const total = offsets[images] as number;
  const header = {
    offsets: npyHeader([images + 1], 'uint32'),
    indices: npyHeader([total], 'uint32'),
    weights: npyHeader([total], 'float32'),
  };
  const { captionTermOffsets, captionTermIndices, captionTermWeights } = GENERATION_PATHS;
  await staging.writePieces(captionTermOffsets, [
    { offset: 0, bytes: header.offsets },
    { offset: header.offsets.length, bytes: new Uint8Array(offsets.buffer) },
  ]);
  await staging.writePieces(captionTermIndices, [{ offset: 0, bytes: header.indices }]);
  await staging.writePieces(captionTermWeights, [{ offset: 0, bytes: header.weights }]);
  for (let from = 0; from < images; from += BLOCK) {
    signal?.throwIfAborted();
    const to = Math.min(images, from + BLOCK);
    const start = offsets[from] as number;
    const indices = new Uint32Array((offsets[to] as number) - start);
    const weights = new Float32Array(indices.length);
    let at = 0;
    for (let image = from; image < to; image++) {
      for (const [index, weight] of weighedTerms(countsOf(image), statistics)) {
        indices[at] = index;
        weights[at++] = weight;
      }
    }
    const begin = 4 * start;
    await staging.writePieces(captionTermIndices, [
      { offset: header.indices.length + begin, bytes: new Uint8Array(indices.buffer) },
    ]);
    await staging.writePieces(captionTermWeights, [
      { offset: header.weights.length + begin, bytes: new Uint8Array(weights.buffer) },
    ]);
    onProgress?.(images + to, 2 * images);
  }
}
