import { describe, expect, it } from 'vitest';
import { npyBytes, smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { seededRandom } from '../../test/support/random.ts';
import { openSplit } from './open-split.ts';
import type { Split } from './split.ts';

const IMAGES = 40;
const NUMBERS = 3 * 4;

/** Opens a split whose features are ordinary but for those of some images. */
async function opened<T>(
  odd: Readonly<Record<number, (index: number) => number>>,
  use: (split: Split) => Promise<T>,
  rowsPerImage = 1,
): Promise<T> {
  const random = seededRandom(7);
  const features = Float32Array.from({ length: IMAGES * NUMBERS }, () => 3 * random() ** 4);
  for (const [image, numberOf] of Object.entries(odd)) {
    for (let index = 0; index < NUMBERS; index++) features[Number(image) * NUMBERS + index] = numberOf(index);
  }
  const rows = Float32Array.from(
    { length: rowsPerImage * features.length },
    (_, index) =>
      features[Math.floor(index / (rowsPerImage * NUMBERS)) * NUMBERS + (index % NUMBERS)] as number,
  );
  const files = smallSplitFiles('test', IMAGES, rowsPerImage);
  files.set('test_ims.npy', npyBytes("'<f4'", [rowsPerImage * IMAGES, 3, 4], rows));
  return withFolder(files, async (folder) => {
    const split = await openSplit(folder, 'test');
    try {
      return await use(split);
    } finally {
      await split.close();
    }
  });
}

const notes = (odd: Parameters<typeof opened>[0], rowsPerImage = 1): Promise<readonly string[]> =>
  opened(
    odd,
    async (split) => {
      await split.readFeatures(0, IMAGES);
      return split.featureNotes();
    },
    rowsPerImage,
  );

describe('features that are possible but odd', () => {
  it('are none of ordinary ones, also if some regions are empty', async () => {
    expect(await notes({})).toEqual([]);
    expect(
      await notes({ 3: (index) => (index < 8 ? 0 : 1), 5: (index) => (index === 0 ? 1e-42 : 2) }),
    ).toEqual([]);
  });

  it.each([1, 5])(
    'are counted if they are zeros, too large or subnormal, with %d rows for each image',
    async (rows) => {
      const odd = {
        2: () => 0,
        9: () => 0,
        11: (index: number) => (index === 7 ? -9000 : 1),
        30: () => -1e-42,
      };
      expect(await notes(odd, rows)).toEqual([
        expect.stringMatching(
          /test_ims\.npy: 2 of 40 images have no features but zeros.*first: image 2 \(2\.jpg\)/,
        ),
        expect.stringMatching(
          /: 1 of 40 images have features more than 1,000 times as large .*: 9000 instead of \d.*image 11/,
        ),
        expect.stringMatching(
          /: 1 of 40 images have features so small .*, up to 1e-42,.*image 30 \(30\.jpg\)/,
        ),
      ]);
    },
  );

  it('are counted once among the images that were read', async () => {
    await opened({ 2: () => 0, 25: () => 0 }, async (split) => {
      expect(split.featureNotes()).toEqual([]);
      await split.readFeatures(0, 10);
      await split.readFeatures(0, 20);
      expect(split.featureNotes()).toEqual([expect.stringContaining('1 of 20 images')]);
      await split.readFeatures(20, 30);
      expect(split.featureNotes()).toEqual([expect.stringContaining('2 of 30 images')]);
    });
  });

  it('are those of integers that are read as floats', async () => {
    const bits = new Float32Array(1);
    const asFloat = (integer: number): number => {
      new Int32Array(bits.buffer)[0] = integer;
      return bits[0] as number;
    };
    const all = Object.fromEntries(
      Array.from({ length: IMAGES }, (_, image) => [image, (index: number) => asFloat(index * 100)]),
    );
    expect(await notes(all)).toEqual([expect.stringContaining('40 of 40 images have features so small')]);
  });
});
