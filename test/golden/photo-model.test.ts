import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPhotoModel } from '../../batch/features/photo-regions/model-file.ts';
import { openPhotoNetwork } from '../../batch/features/photo-regions/photo-network.ts';
import { openNpz } from '../../shared/formats/npy/npz.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';

const reference = resolve(import.meta.dirname, '../../../shared/flickr8k/reference');
const PHOTOS = 8;

/**
 * What half floats may change: the reference is in float32. Measured 0.0077, 0.00045 and 0.022, and cosines of at least
 * 0.999996. A convolution with a wrong stride, padding or epsilon is off by whole units.
 */
const LIMITS = [
  ['feat', 'pooled', 0.015],
  ['prob', 'classes', 0.001],
  ['mid', 'stages', 0.05],
] as const;
const LEAST_COSINE = 0.99999;

describe.skipIf(!existsSync(reference))(
  'the network for photographs (skipped without ../shared/flickr8k)',
  () => {
    it('gives the numbers of the reference for eight photographs', async () => {
      const arrays = await withFileSource(join(reference, 'lite2_340.npz'), async (source) => {
        const archive = await openNpz(source);
        const read = async (name: string) => (await archive.open(name)).readRows(0, PHOTOS);
        return {
          input: Uint8Array.from(await read('input')),
          feat: await read('feat'),
          prob: await read('prob'),
          mid: await read('mid'),
        };
      });
      const network = await openPhotoNetwork((await readPhotoModel()).bytes);
      const size = arrays.input.length / PHOTOS;
      for (let photo = 0; photo < PHOTOS; photo++) {
        const [description] = await network.describe([
          arrays.input.subarray(photo * size, (photo + 1) * size),
        ]);
        for (const [name, output, limit] of LIMITS) {
          const found = description?.[output] ?? new Float32Array(0);
          const width = arrays[name].length / PHOTOS;
          const expected = [...arrays[name].subarray(photo * width, (photo + 1) * width)];
          expect(found).toHaveLength(width);
          const difference = Math.max(...expected.map((value, at) => Math.abs(value - (found[at] ?? 99))));
          expect(difference, `${name} of photograph ${photo}`).toBeLessThan(limit);
          expect(cosine(found, expected), `${name} of photograph ${photo}`).toBeGreaterThan(LEAST_COSINE);
        }
      }
      await network.close();
    });
  },
);

function cosine(a: ArrayLike<number>, b: readonly number[]): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (const [at, value] of b.entries()) {
    product += value * (a[at] ?? 0);
    squaresA += (a[at] ?? 0) ** 2;
    squaresB += value ** 2;
  }
  return product / Math.sqrt(squaresA * squaresB);
}
