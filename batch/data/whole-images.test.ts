import { describe, expect, it } from 'vitest';
import { assertRecallInputs } from '../../shared/retrieval/index.ts';
import { npyBytes, smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { fingerprintSplit } from './fingerprint-split.ts';
import { openSplit } from './open-split.ts';
import { recallImages, recallInputs } from './recall-images.ts';

const IMAGES = 4;
const WHOLE = 'test_ims_whole.npy';
const reader = { kind: 'reader', needs: ['whole'] } as const;

function files(whole?: Buffer, rowsPerImage = 1): Map<string, Buffer | string> {
  const some = smallSplitFiles('test', IMAGES, rowsPerImage);
  return whole === undefined ? some : new Map([...some, [WHOLE, whole]]);
}

const numbers = Float32Array.from({ length: IMAGES * 2 }, (_, index) => index / 8);
const sound = npyBytes("'<f4'", [IMAGES, 2], numbers);
const graph = { nodes: Float32Array.of(5), boxes: new Float32Array(12) };

describe('descriptions of whole images', () => {
  it.each([1, 5])('are read by image, with %i rows an image elsewhere', async (rowsPerImage) => {
    await withFolder(files(sound, rowsPerImage), async (folder) => {
      const split = await openSplit(folder, 'test');
      try {
        expect(split.whole?.size).toBe(2);
        expect(await split.whole?.read(1, 3)).toEqual(numbers.subarray(2, 6));
        const features = await split.readFeatures(2, 4);
        const images = await recallImages(split, 2, [graph, graph], features);
        expect(images).toEqual([
          { ...graph, regions: 3, features: features.subarray(0, 12), whole: numbers.slice(4, 6) },
          { ...graph, regions: 3, features: features.subarray(12), whole: numbers.slice(6) },
        ]);
        expect(() => assertRecallInputs(reader, recallInputs(split), 'the data')).not.toThrow();
      } finally {
        await split.close();
      }
    });
  });

  it('are part of what the data is', async () => {
    const of = (some: Map<string, Buffer | string>) =>
      withFolder(some, (folder) => fingerprintSplit(folder, 'test'));
    const other = npyBytes("'<f4'", [IMAGES, 2], new Float32Array(IMAGES * 2));
    expect(new Set([await of(files()), await of(files(sound)), await of(files(other))]).size).toBe(3);
  });

  it('may be missing, and are then refused to those who need them', async () => {
    await withFolder(files(), async (folder) => {
      const split = await openSplit(folder, 'test');
      try {
        const [image] = await recallImages(split, 0, [graph], await split.readFeatures(0, 1));
        expect(image).toEqual({ ...graph, regions: 3, features: await split.readFeatures(0, 1) });
        expect(() => assertRecallInputs(reader, recallInputs(split), 'the data')).toThrow(
          'the recall encoder "reader" reads whole',
        );
      } finally {
        await split.close();
      }
    });
  });

  it.each([
    ['another number of images', npyBytes("'<f4'", [3, 2], new Float32Array(6))],
    ['another rank', npyBytes("'<f4'", [IMAGES, 2, 1], numbers)],
    ['no numbers', npyBytes("'<f4'", [IMAGES, 0], new Float32Array())],
  ])('of %s are refused', async (_what, bytes) => {
    await withFolder(files(bytes), async (folder) => {
      await expect(openSplit(folder, 'test')).rejects.toMatchObject({
        code: 'shape_mismatch',
        message: expect.stringContaining(WHOLE),
      });
    });
  });

  it('that cannot be are refused when they are read', async () => {
    const wrong = numbers.slice().fill(Number.NaN, 5, 6);
    await withFolder(files(npyBytes("'<f4'", [IMAGES, 2], wrong)), async (folder) => {
      const split = await openSplit(folder, 'test');
      try {
        await expect(split.whole?.read(0, IMAGES)).rejects.toMatchObject({
          code: 'format_invalid',
          message: expect.stringMatching(/test_ims_whole\.npy: .*2.jpg.* not finite/),
        });
        expect(await split.whole?.read(3, 4)).toEqual(wrong.subarray(6));
      } finally {
        await split.close();
      }
    });
  });
});
