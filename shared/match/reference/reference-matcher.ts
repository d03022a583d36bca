import { AppError } from '../../errors/index.ts';
import {
  assertNotAborted,
  assertParameters,
  type CaptionGraph,
  type ImageGraph,
  type Matcher,
  type PairEvidence,
  type PairScores,
  type Parameters,
  type PreparedImages,
  scoreListsInTurn,
  type WorkOptions,
} from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { plainPair } from './plain-pair.ts';

/** A matcher of plain pairs, for comparison: float64, taking seconds where others take milliseconds. */
export function createReferenceMatcher(config: ModelConfig, parameters: Parameters): Matcher {
  assertParameters(config, parameters);
  const owned = new WeakMap<PreparedImages, readonly ImageGraph[]>();

  function pair(prepared: PreparedImages, index: number, caption: CaptionGraph): PairEvidence {
    const images = owned.get(prepared);
    if (images === undefined) throw new AppError('argument_invalid', 'these images are not prepared');
    const image = images[index];
    if (image === undefined) throw new AppError('argument_invalid', `there is no image ${index}`);
    if (caption.words.length === 0 || caption.words.length % config.jointSize !== 0) {
      throw new AppError('shape_mismatch', `${caption.words.length} node numbers are not a caption`);
    }
    return plainPair(config, parameters, image, caption);
  }

  async function score(
    prepared: PreparedImages,
    captions: readonly CaptionGraph[],
    indices?: ArrayLike<number>,
    { signal, onProgress }: WorkOptions = {},
  ): Promise<PairScores> {
    const wanted = Array.from(indices ?? Array.from({ length: prepared.count }, (_, index) => index));
    const pairs = wanted.flatMap((index) =>
      captions.map((caption) => {
        assertNotAborted(signal);
        return pair(prepared, index, caption);
      }),
    );
    onProgress?.(pairs.length, pairs.length);
    return {
      images: wanted.length,
      captions: captions.length,
      imageToText: Float32Array.from(pairs, ({ imageToText }) => imageToText),
      textToImage: Float32Array.from(pairs, ({ textToImage }) => textToImage),
    };
  }

  return {
    backend: 'reference',
    prepareImages: async (images) => {
      for (const { nodes, boxes } of images) {
        if (boxes.length === 0 || 4 * nodes.length !== boxes.length * config.jointSize) {
          throw new AppError('shape_mismatch', `${nodes.length} node numbers, ${boxes.length} of boxes`);
        }
      }
      const prepared: PreparedImages = {
        count: images.length,
        bytes: images.reduce((sum, { nodes, boxes }) => sum + nodes.byteLength + boxes.byteLength, 0),
        dispose: () => owned.delete(prepared),
      };
      owned.set(prepared, images);
      return prepared;
    },
    gather: (batches) => {
      const images = batches.flatMap((batch) => {
        const own = owned.get(batch);
        if (own === undefined) throw new AppError('argument_invalid', 'these images are not prepared');
        return own;
      });
      const gathered: PreparedImages = {
        count: images.length,
        bytes: 0,
        dispose: () => owned.delete(gathered),
      };
      owned.set(gathered, images);
      return gathered;
    },
    score,
    scoreLists: (prepared, lists, options) => scoreListsInTurn(score, prepared, lists, options),
    evidenceOf: async (prepared, indices, caption, { signal } = {}) =>
      Array.from(indices, (index) => {
        assertNotAborted(signal);
        return pair(prepared, index, caption);
      }),
    dispose: async () => {},
  };
}
