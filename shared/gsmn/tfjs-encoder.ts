import * as tf from '@tensorflow/tfjs';
import {
  assertImageFeatures,
  assertParameters,
  assertWordIds,
  type Encoder,
  type Parameters,
} from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { encodeRegions, imageEncoderWeights } from './image-encoder.ts';
import { uploadParameters } from './network-tensors.ts';
import { disposeAll, onBackend, takeData } from './on-backend.ts';
import { encodeWords, textEncoderWeights } from './text-encoder.ts';

/** Regions encoded at once: 4096 of 2048 features are 32 MiB. */
const REGIONS_AT_ONCE = 4096;

/** Words encoded at once, padding included: 1024 with three gates of 1024 are 12 MiB. */
const WORDS_AT_ONCE = 1024;

/**
 * GSMN's encoders on a loaded TF.js backend. The encoder owns the tensors of its weights until `dispose`; no other
 * tensor outlives a call.
 * @param backend `wasm`, `tensorflow` or `webgpu`
 * @throws AppError `backend_unavailable` when that backend is not loaded, `shape_mismatch` for parameters that do not
 *   fit the configuration
 */
export function createTfjsEncoder(backend: string, config: ModelConfig, parameters: Parameters): Encoder {
  assertParameters(config, parameters);
  const encoders = new Map([...parameters].filter(([name]) => /^(image|text)_encoder\./.test(name)));
  // tidy keeps what is returned: the laid out weights and the parameters that are used unchanged.
  const weights = onBackend(backend, () => {
    const network = uploadParameters(encoders);
    return { image: imageEncoderWeights(network, config), text: textEncoderWeights(network, config) };
  });

  const encodeSome = (captions: readonly (readonly number[])[]) =>
    takeData(onBackend(backend, () => encodeWords(weights.text, captions)));

  return {
    backend,
    encodeImages: async (features, images, regions) => {
      assertImageFeatures(config, features, images, regions);
      const { imageFeatureSize: F, jointSize: D } = config;
      const rows = images * regions;
      const nodes = new Float32Array(rows * D);
      for (let start = 0; start < rows; start += REGIONS_AT_ONCE) {
        const end = Math.min(start + REGIONS_AT_ONCE, rows);
        const part = features.subarray(start * F, end * F);
        const encoded = onBackend(backend, () =>
          encodeRegions(weights.image, tf.tensor2d(part, [end - start, F])),
        );
        nodes.set(await takeData(encoded), start * D);
      }
      return nodes;
    },
    encodeCaptions: async (captions) => {
      assertWordIds(captions, config.vocabularySize);
      const words: Float32Array[] = [];
      for (const batch of batchesByLength(captions)) {
        const length = Math.max(...batch.map((index) => captions[index]?.length ?? 0));
        const nodes = await encodeSome(batch.map((index) => captions[index] ?? []));
        for (const [row, index] of batch.entries()) {
          const start = row * length * config.jointSize;
          words[index] = nodes.slice(start, start + (captions[index]?.length ?? 0) * config.jointSize);
        }
      }
      return words;
    },
    dispose: async () => {
      disposeAll(weights);
    },
  };
}

/** Indices of captions in batches of similar length, so that there is little padding. */
function batchesByLength(captions: readonly (readonly number[])[]): number[][] {
  const length = (index: number) => captions[index]?.length ?? 0;
  const order = [...captions.keys()].sort((a, b) => length(b) - length(a));
  const batches: number[][] = [];
  while (order.length > 0) {
    const longest = length(order[0] ?? 0);
    batches.push(order.splice(0, Math.max(1, Math.floor(WORDS_AT_ONCE / longest))));
  }
  return batches;
}
