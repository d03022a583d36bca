import { describe, expect, it } from 'vitest';
import { bytesSource } from '../formats/byte-source.ts';
import { writeNpy } from '../formats/npy/index.ts';
import type { GenerationManifest } from '../schema/index.ts';
import { openCoarseVectors } from './coarse-vectors.ts';
import type { GenerationFiles } from './generation-files.ts';
import { GENERATION_PATHS } from './manifest.ts';

/** A generation of three images with vectors of two numbers, as far as its vectors are concerned. */
function manifest(files: readonly string[]): GenerationManifest {
  const part: Pick<GenerationManifest, 'id' | 'images' | 'coarse' | 'files'> = {
    id: '0123456789abcdef',
    images: { count: 3, regions: 1 },
    coarse: { kind: 'test', dimensions: 2 },
    files: files.map((path) => ({ path, bytes: 0, sha256: '' })),
  };
  return part as GenerationManifest;
}

function folder(shape: number[]): { files: GenerationFiles; closed: () => number } {
  let closed = 0;
  const length = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length }, (_, index) => index);
  const files: GenerationFiles = {
    name: 'generation',
    open: async (path) => ({
      ...bytesSource(path, writeNpy({ shape, data })),
      close: async () => void closed++,
    }),
  };
  return { files, closed: () => closed };
}

describe('the coarse vectors of a generation', () => {
  const whole = manifest([GENERATION_PATHS.imageVectors]);

  it('are read by ranges', async () => {
    const { files, closed } = folder([3, 2]);
    const vectors = await openCoarseVectors(files, whole);
    expect([vectors.dimensions, [...(await vectors.read(1, 3))]]).toEqual([2, [2, 3, 4, 5]]);
    await vectors.close();
    expect(closed()).toBe(1);
  });

  it.each([[[2, 2]], [[3, 3]], [[6]], [[3, 2, 1]]])('are refused as %j', async (shape) => {
    const { files, closed } = folder(shape);
    await expect(openCoarseVectors(files, whole)).rejects.toMatchObject({ code: 'shape_mismatch' });
    expect(closed()).toBe(1);
  });

  it('are missed where the manifest does not name them', async () => {
    await expect(openCoarseVectors(folder([3, 2]).files, manifest([]))).rejects.toMatchObject({
      code: 'generation_incomplete',
    });
  });
});
