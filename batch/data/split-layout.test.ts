import { describe, expect, it } from 'vitest';
import { evenCaptionImages } from '../../shared/retrieval/index.ts';
import { npyBytes, sizeBytes, smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { openSplit } from './open-split.ts';
import type { Split } from './split.ts';

type Files = Map<string, Buffer | string>;

const CAPTION_IMAGES = 'test_caption_images.txt';

async function open<T>(files: Files, use: (split: Split) => Promise<T> | T): Promise<T> {
  return withFolder(files, async (folder) => {
    const split = await openSplit(folder, 'test');
    try {
      return await use(split);
    } finally {
      await split.close();
    }
  });
}

/** One row and one caption for each image; all boxes and sizes are equal, and there are no names. */
function oneEach(images: number, features: (row: number) => number = (row) => row): Files {
  const files = smallSplitFiles('test', images, 1, images);
  const rows = Array.from({ length: images }, (_, row) => features(row));
  files.set(
    'test_ims.npy',
    array(
      images,
      4,
      rows.flatMap((value) => Array<number>(12).fill(value)),
    ),
  );
  files.set(
    'test_ims_bbx.npy',
    array(
      images,
      4,
      Array.from({ length: images * 12 }, (_, at) => at % 12),
    ),
  );
  files.set('test_ims_size.npy', sizeBytes(rows.map(() => [20, 20])));
  files.delete('test_images.txt');
  files.delete('test_metadata.jsonl');
  return files;
}

function captionless(images: number): Files {
  const files = smallSplitFiles('test', images);
  for (const name of ['precaps_stan.txt', 'caps.txt', 'caps.json']) files.delete(`test_${name}`);
  return files;
}

function array(rows: number, last: number, values: readonly number[]): Buffer {
  return npyBytes("'<f4'", [rows, 3, last], Float32Array.from(values));
}

describe('which captions belong to which image', () => {
  it('is one each of 40 images with 40 captions, equal boxes and no names', () =>
    open(oneEach(40), async (split) => {
      expect([split.images, split.rowsPerImage]).toEqual([40, 1]);
      expect(split.captionImages).toEqual(evenCaptionImages(40, 1));
      expect((await split.readFeatures(39, 40))[0]).toBe(39);
    }));

  it('is one each if there are as many captions as rows, and these do not divide by five', () =>
    open(oneEach(7), ({ images, captionImages }) => {
      expect(images).toBe(7);
      expect(captionImages).toEqual(evenCaptionImages(7, 1));
    }));

  it('is five each if all rows are equal in fives', () =>
    open(smallSplitFiles('test', 40, 5), async (split) => {
      expect([split.images, split.rowsPerImage]).toEqual([40, 5]);
      expect(split.captionImages).toEqual(evenCaptionImages(40, 5));
    }));

  it('is five each of a single image with five equal rows, and one each of five images', async () => {
    await open(smallSplitFiles('test', 1, 5), ({ images }) => expect(images).toBe(1));
    await open(oneEach(5), ({ images }) => expect(images).toBe(5));
  });

  it.each([
    ['two each', '2 per image\n', 6, [0, 0, 1, 1, 2, 2]],
    ['one each', '1 per image', 3, [0, 1, 2]],
    ['two, none and one, in any order', '2\n0\n0\n', 3, [2, 0, 0]],
    ['seven and none', '1\r\n1\r\n1\r\n1\r\n1\r\n1\r\n1\r\n', 7, [1, 1, 1, 1, 1, 1, 1]],
    ['one in total', '0\n', 1, [0]],
  ])('is as stated in the file: %s', async (_, text, captions, expected) => {
    const files = smallSplitFiles('test', 3, 1, captions).set(CAPTION_IMAGES, text);
    await open(files, (split) => {
      expect([split.images, [...split.captionImages]]).toEqual([3, expected]);
      expect(split.captionsOf(1)).toEqual(
        expected.flatMap((image, caption) => (image === 1 ? [caption] : [])),
      );
    });
  });

  it('is as stated in the file, even if equal rows suggest something else', async () => {
    const files = oneEach(10, () => 1).set(CAPTION_IMAGES, '1 per image\n');
    await open(files, (split) => expect([split.images, split.rowsPerImage]).toEqual([10, 1]));
    files.delete(CAPTION_IMAGES);
    await open(files, (split) => expect([split.images, split.rowsPerImage]).toEqual([2, 5]));
  });

  it.each<[string, Files, RegExp, RegExp]>([
    [
      'two captions for each image without a file',
      smallSplitFiles('test', 3, 1, 6),
      /3 rows for 6 captions/,
      /test_caption_images\.txt: .*"2 per image"/,
    ],
    [
      'five equal rows and five rows that differ',
      oneEach(10, (row) => (row < 5 ? 1 : row)),
      /test_ims\.npy: rows 5 and 6 differ, but rows 0 to 4 are equal/,
      /"1 per image" into .*test_caption_images\.txt/,
    ],
    [
      'another number of captions than stated',
      smallSplitFiles('test', 3, 1, 7).set(CAPTION_IMAGES, '2 per image'),
      /says 2 captions for each image: 3 images have 6, but there are 7 captions/,
      /a line for each caption/,
    ],
    [
      'too few lines',
      smallSplitFiles('test', 3, 1, 3).set(CAPTION_IMAGES, '0\n1\n'),
      /has 2 lines for 3 captions/,
      /a line for each caption/,
    ],
    [
      'a line that is not a row',
      smallSplitFiles('test', 3, 1, 3).set(CAPTION_IMAGES, '0\n-1\n2\n'),
      /test_caption_images\.txt:2: "-1" is not the row of an image/,
      /from 0/,
    ],
    [
      'an image that does not exist',
      smallSplitFiles('test', 3, 1, 3).set(CAPTION_IMAGES, '0\n1\n3\n'),
      /test_caption_images\.txt:3: there is no row 3, the last one is 2/,
      /from 0/,
    ],
    [
      'stated captions that do not exist',
      captionless(3).set(CAPTION_IMAGES, '1 per image'),
      /3 images have 3, but there are 0 captions/,
      /a line for each caption/,
    ],
  ])('cannot be decided from %s', async (_, files, message, hint) => {
    await expect(open(files, () => {})).rejects.toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

describe('a row per caption', () => {
  it.each([
    [
      'boxes',
      'test_ims_bbx.npy',
      (files: Files) => files.set('test_ims_bbx.npy', array(10, 4, spoiled(120, 7 * 12))),
    ],
    [
      'sizes',
      'test_ims_size.npy',
      (files: Files) =>
        files.set(
          'test_ims_size.npy',
          sizeBytes(Array.from({ length: 10 }, (_, row) => [row === 7 ? 9 : 8, 8])),
        ),
    ],
    [
      'features',
      'test_ims.npy',
      (files: Files) => files.set('test_ims.npy', array(10, 4, spoiled(120, 7 * 12))),
    ],
  ])('is refused if the %s of an image differ', async (_, name, spoil) => {
    const files = smallSplitFiles('test', 2, 5);
    spoil(files);
    await expect(open(files, () => {})).rejects.toMatchObject({
      code: 'shape_mismatch',
      message: expect.stringMatching(new RegExp(`${name}: rows 5 and 7 differ, but rows 0 to 4 are equal`)),
    });
  });

  it('is compared up to the last feature of every image that is read, and only once', async () => {
    const images = 100;
    const files = smallSplitFiles('test', images, 5);
    // Image 51 is not one of those that are compared when the split is opened.
    const features = Float32Array.from({ length: images * 60 }, (_, at) => Math.floor(at / 60));
    features[51 * 60 + 59] = -1;
    files.set('test_ims.npy', npyBytes("'<f4'", [images * 5, 3, 4], features));
    await open(files, async (split) => {
      expect([split.images, split.rowsPerImage]).toEqual([images, 5]);
      expect((await split.readFeatures(50, 51))[11]).toBe(50);
      expect((await split.readFeatures(50, 51))[11]).toBe(50);
      await expect(split.readFeatures(50, 52)).rejects.toMatchObject({
        code: 'shape_mismatch',
        message: expect.stringMatching(/test_ims\.npy: rows 255 and 259 differ, both should be image 51/),
        hint: expect.stringMatching(/caption_images\.txt/),
      });
    });
  });

  it('must have finite features in all of its rows', async () => {
    const files = smallSplitFiles('test', 2, 5);
    const features = Float32Array.from({ length: 120 }, (_, at) =>
      at >= 60 && at % 12 === 4 ? Number.NaN : 1,
    );
    files.set('test_ims.npy', npyBytes("'<f4'", [10, 3, 4], features));
    await open(files, async (split) => {
      await expect(split.readFeatures(0, 2)).rejects.toMatchObject({
        code: 'format_invalid',
        message: expect.stringMatching(/image 1/),
      });
    });
  });
});

/** Ones, and a zero. */
function spoiled(length: number, at: number): number[] {
  return Array.from({ length }, (_, index) => (index === at ? 0 : 1));
}
