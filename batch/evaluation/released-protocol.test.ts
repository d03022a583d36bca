import { describe, expect, it } from 'vitest';
import { evenCaptionImages } from '../../shared/retrieval/index.ts';
import { smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { openSplit } from '../data/open-split.ts';
import type { Split } from '../data/split.ts';
import { releasedBoxes, releasedSplit } from './released-protocol.ts';

type Boxes = Parameters<typeof releasedBoxes>[0];

/** One region for each image; the box of image i is [i + 1, i + 2, i + 3, i + 4] in an image of 2 x 4 pixels. */
function stored(images: number, rowsPerImage: number): Boxes {
  const rows = Array.from({ length: images * rowsPerImage }, (_, row) => Math.floor(row / rowsPerImage));
  return {
    images,
    regions: 1,
    rowsPerImage,
    stored: {
      paths: { boxes: 'boxes', sizes: 'sizes' },
      regions: 1,
      boxRows: Float32Array.from(rows.flatMap((image) => [1, 2, 3, 4].map((value) => image + value))),
      sizeRows: Float32Array.from(rows.flatMap(() => [2, 4])),
    },
  };
}

/** The box of image `image`, divided this often. */
function divided(image: number, times: number): number[] {
  return [1, 2, 3, 4].map((value, index) => (image + value) / (index % 2 === 0 ? 2 : 4) ** times);
}

describe('the boxes of the released evaluation', () => {
  it('are those of caption row i, divided twice, with one row for each caption', () => {
    expect([...releasedBoxes(stored(7, 5), false)]).toEqual(
      [0, 0, 0, 0, 0, 1, 1].flatMap((image) => divided(image, 2)),
    );
  });

  it('are those of image i / 5, divided five times and by each caption of the second pass, with a row per image', () => {
    expect([...releasedBoxes(stored(7, 1), false)]).toEqual(
      [
        [0, 6],
        [0, 7],
        [0, 8],
        [0, 9],
        [0, 10],
        [1, 6],
        [1, 7],
      ].flatMap(([image = 0, times = 0]) => divided(image, times)),
    );
  });

  it.each([
    [5, 2],
    [1, 6],
  ])('by folds are those of the image (%i rows for each image), divided %i times', (rowsPerImage, times) => {
    expect([...releasedBoxes(stored(6, rowsPerImage), true)]).toEqual(
      [0, 1, 2, 3, 4, 5].flatMap((image) => divided(image, times)),
    );
  });
});

describe('a split as the released evaluation sees it', () => {
  async function withSplit(split: string, images: number, use: (opened: Split) => void): Promise<void> {
    await withFolder(smallSplitFiles(split, images), async (folder) => {
      const opened = await openSplit(folder, split);
      try {
        use(opened);
      } finally {
        await opened.close();
      }
    });
  }

  it('is cut to 5000 captions when it is dev', () =>
    withSplit('dev', 1002, (dev) => {
      const cut = releasedSplit(dev);
      expect(cut.images).toBe(1000);
      expect([cut.boxes.length, cut.sizes.length]).toEqual([12_000, 2000]);
      for (const captions of [cut.captionImages, cut.captionIds, cut.captionTexts, cut.dependencies]) {
        expect(captions).toHaveLength(5000);
      }
      expect([cut.imageNames?.length, cut.metadata?.length]).toEqual([1000, 1000]);
      expect(dev.images).toBe(1002);
    }));

  it('is complete if it is another split, or small', async () => {
    await withSplit('train', 1002, (train) => expect(releasedSplit(train)).toBe(train));
    await withSplit('dev', 3, (dev) => expect(releasedSplit(dev)).toBe(dev));
  });

  it.each([
    ['one caption an image', evenCaptionImages(3, 1)],
    ['five captions in another order', Int32Array.from({ length: 15 }, (_, caption) => caption % 3)],
    ['an image without captions', evenCaptionImages(2, 5)],
  ])('is refused with %s', (_, captionImages) =>
    withSplit('test', 3, (split) => {
      expect(() => releasedSplit({ ...split, captionImages })).toThrow(
        expect.objectContaining({ code: 'shape_mismatch' }),
      );
    }),
  );
});
