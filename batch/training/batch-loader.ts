import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { TrainingBatch } from '../../shared/gsmn/training/index.ts';
import type { Split } from '../data/split.ts';
import type { EpochTexts } from '../phrases/index.ts';

/** Reads batches of a split: the features of their images in ranges, so that the split need not fit into memory. */
export interface BatchLoader {
  load(captions: readonly number[]): Promise<TrainingBatch>;
}

/** Numbers of features that training does not see, chosen by the seed and the batch. */
export interface FeatureDropout {
  readonly rate: number;
  readonly seed: number;
}

/** @param texts what the rows of a batch are: all captions of the split, or these and short queries. */
export function createBatchLoader(split: Split, texts: EpochTexts, dropout: FeatureDropout): BatchLoader {
  const { regions, featureSize, boxes } = split;
  const { fits } = texts;
  return {
    load: async (captions) => {
      const images = captions.map((caption) => texts.images[caption] ?? -1);
      const size = regions * featureSize;
      const features = new Float32Array(images.length * size);
      const read = async (image: number, row: number): Promise<void> => {
        features.set(await split.readFeatures(image, image + 1), row * size);
      };
      await Promise.all(images.map(read));
      dropFeatures(features, captions, dropout);
      return {
        features,
        boxes: images.map((image) => boxes.subarray(image * regions * 4, (image + 1) * regions * 4)),
        captions: captions.map((caption) => texts.ids[caption] ?? []),
        dependencies: captions.map((caption) => split.dependencies?.[caption]),
        alsoRight:
          fits &&
          Uint8Array.from(images.flatMap((image) => captions.map((text) => (fits(image, text) ? 1 : 0)))),
      };
    },
  };
}

/** A batch, and the seconds spent waiting for it. */
export interface LoadedBatch {
  readonly batch: TrainingBatch;
  readonly seconds: number;
}

/** Reads each batch while the previous one is trained on. */
export async function* loadAhead(
  loader: BatchLoader,
  batches: readonly (readonly number[])[],
): AsyncGenerator<LoadedBatch> {
  // A failure is reported when the batch is needed, not before.
  const start = (captions: readonly number[]): Promise<TrainingBatch> => {
    const loading = loader.load(captions);
    loading.catch(() => {});
    return loading;
  };
  let next = batches[0] === undefined ? undefined : start(batches[0]);
  for (let index = 0; next !== undefined; index++) {
    const began = performance.now();
    const batch = await next;
    const following = batches[index + 1];
    next = following === undefined ? undefined : start(following);
    yield { batch, seconds: (performance.now() - began) / 1000 };
  }
}

/** Sets a share of the numbers to 0 and scales the others, so that their expected sum stays. A resumed run drops the same ones. */
function dropFeatures(
  features: Float32Array,
  captions: readonly number[],
  { rate, seed }: FeatureDropout,
): void {
  if (rate === 0) return;
  const hash = captions.reduce((sum, caption) => Math.imul(sum, 31) + caption, seed);
  const generator = xoroshiro128plus(hash);
  const [limit, scale] = [rate * 2 ** 32, 1 / (1 - rate)];
  for (let index = 0; index < features.length; index++) {
    features[index] = generator.next() >>> 0 < limit ? 0 : scale * (features[index] as number);
  }
}
