import { describe, expect, it } from 'vitest';
import { type StoredBoxes, scoringBoxes } from './protocol-boxes.ts';

/** One region an image; the box of image i is [i + 1, i + 2, i + 3, i + 4] in an image of 2 x 4 pixels. */
function stored(images: number, rowsPerImage: number, sizes: readonly number[] = [2, 4]): StoredBoxes {
  const rows = Array.from({ length: images * rowsPerImage }, (_, row) => Math.floor(row / rowsPerImage));
  return {
    images,
    regions: 1,
    rowsPerImage,
    boxRows: Float32Array.from(rows.flatMap((image) => [1, 2, 3, 4].map((value) => image + value))),
    sizeRows: Float32Array.from(rows.flatMap(() => sizes)),
  };
}

/** The box of image `image`, divided that often. */
function divided(image: number, times: number): number[] {
  return [1, 2, 3, 4].map((value, index) => (image + value) / (index % 2 === 0 ? 2 : 4) ** times);
}

describe('scoringBoxes', () => {
  it.each([
    [1, false],
    [5, false],
    [5, true],
  ])(
    'clean: each image its own box, divided once (%i rows an image, by folds %s)',
    (rowsPerImage, byFold) => {
      expect([...scoringBoxes(stored(7, rowsPerImage), 'clean', byFold)]).toEqual(
        [0, 1, 2, 3, 4, 5, 6].flatMap((image) => divided(image, 1)),
      );
    },
  );

  it('released, a row per caption: the box of caption row i, divided twice', () => {
    expect([...scoringBoxes(stored(7, 5), 'released', false)]).toEqual(
      [0, 0, 0, 0, 0, 1, 1].flatMap((image) => divided(image, 2)),
    );
  });

  it('released, a row per image: the box of image i / 5, divided five times and by each caption of the second pass', () => {
    expect([...scoringBoxes(stored(7, 1), 'released', false)]).toEqual(
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
  ])('released by folds: its own box (%i rows an image), divided %i times', (rowsPerImage, times) => {
    expect([...scoringBoxes(stored(6, rowsPerImage), 'released', true)]).toEqual(
      [0, 1, 2, 3, 4, 5].flatMap((image) => divided(image, times)),
    );
  });

  it.each([[[0, 4]], [[2, -1]], [[2, Number.NaN]]])('refuses an image of %j', (sizes) => {
    expect(() => scoringBoxes(stored(2, 1, sizes), 'clean', false)).toThrow(
      expect.objectContaining({ code: 'format_invalid' }),
    );
  });
});
