import { AppError } from '../../shared/errors/index.ts';
import { float32ToFloat16Bits } from '../../shared/formats/float16.ts';
import type { PretrainedFiles } from '../../shared/platform/pretrained/pretrained-files.ts';
import { featureIdentity } from '../features/feature-source.ts';
import { openPretrainedRegions } from '../features/pretrained-regions/pretrained-regions.ts';
import type { FeatureMaker } from './feature-maker.ts';

/**
 * Region features by a pretrained encoder, to train a network on them. They are kept as half floats.
 *
 * @throws AppError of `openPretrainedRegions`.
 */
export async function pretrainedFeatures(files: PretrainedFiles): Promise<FeatureMaker> {
  const source = await openPretrainedRegions(files);
  await source.close();
  const identity = featureIdentity(source);
  const bytes = 2 * source.regions * source.featureSize;
  return {
    identity,
    form: source.form,
    scans: `scans-regions-${source.weights.slice(0, 16)}`,
    atOnce: 1,
    bytes,
    async *make(photos, signal) {
      const opened = await openPretrainedRegions(files);
      try {
        for await (const photo of photos) {
          signal?.throwIfAborted();
          const regions = float32ToFloat16Bits(await opened.describe(photo));
          yield { photo, bytes: new Uint8Array(regions.buffer, regions.byteOffset, regions.byteLength) };
        }
      } finally {
        await opened.close();
      }
    },
    unpack: (found) => {
      if (found.length === bytes && found.byteOffset === 0) return { regions: new Uint16Array(found.buffer) };
      throw new AppError('internal', `features of a photograph have ${found.length} bytes, not ${bytes}`);
    },
  };
}
