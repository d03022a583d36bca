import { describe, expect, it } from 'vitest';
import { npyBytes, sizeBytes, smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { seededRandom } from '../../test/support/random.ts';
import type { BoxFormat } from './box-format.ts';
import { fingerprintSplit } from './fingerprint-split.ts';
import { openSplit } from './open-split.ts';
import type { Split } from './split.ts';

const IMAGES = 4;
const REGIONS = 3;
const SIZES = Array.from({ length: IMAGES }, (_, image) => [300 + image, 150 + image] as const);

type Box = readonly [number, number, number, number];

/** Boxes x1 y1 x2 y2 in pixels, as a detector finds them: anywhere in the image, most of them large. */
function pixelBoxes(): Box[] {
  const random = seededRandom(4);
  return SIZES.flatMap(([width, height]) =>
    Array.from({ length: REGIONS }, (): Box => {
      const [x, y] = [(0.3 + 0.3 * random()) * width, (0.3 + 0.3 * random()) * height];
      return [x, y, x + 0.25 * width * (1 + 0.5 * random()), y + 0.25 * height * (1 + 0.5 * random())];
    }),
  );
}

function sizeOf(box: number): readonly [number, number] {
  return SIZES[Math.floor(box / REGIONS)] ?? [1, 1];
}

/** The same boxes as numbers of a file in another format. */
function inFormat(boxes: readonly Box[], format: BoxFormat): Box[] {
  return boxes.map(([x1, y1, x2, y2], box) => {
    const [width, height] = sizeOf(box);
    if (format === 'xywh') return [x1, y1, x2 - x1, y2 - y1];
    return format === 'normalised' ? [x1 / width, y1 / height, x2 / width, y2 / height] : [x1, y1, x2, y2];
  });
}

interface Opening {
  readonly boxFormat?: BoxFormat;
  readonly sizes?: readonly (readonly [number, number])[];
}

async function opened<T>(
  boxes: readonly Box[],
  { boxFormat, sizes = SIZES }: Opening,
  use: (split: Split) => T | Promise<T>,
): Promise<T> {
  const images = sizes.length;
  const files = smallSplitFiles('test', images);
  files.set('test_ims_bbx.npy', npyBytes("'<f4'", [images, REGIONS, 4], Float32Array.from(boxes.flat())));
  files.set('test_ims_size.npy', sizeBytes(sizes));
  return withFolder(files, async (folder) => {
    const split = await openSplit(folder, 'test', { boxFormat });
    try {
      return await use(split);
    } finally {
      await split.close();
    }
  });
}

const refusal = (boxes: readonly Box[], opening: Opening = {}) => opened(boxes, opening, () => undefined);

describe('boxes of a split', () => {
  it.each(['xyxy', 'xywh', 'normalised'] as const)(
    'are the same ones from a file with %s',
    async (format) => {
      const boxes = pixelBoxes();
      await opened(inFormat(boxes, format), { boxFormat: format }, (split) => {
        expect(split.notes).toEqual([]);
        for (const [index, value] of boxes.flat().entries()) {
          expect(split.stored.boxRows[index]).toBeCloseTo(value, 3);
          const side = sizeOf(Math.floor(index / 4))[index % 2] ?? Number.NaN;
          expect(split.boxes[index]).toBeCloseTo(value / side, 5);
        }
      });
    },
  );

  it.each([
    ['xyxy', 'xywh'],
    ['xyxy', 'normalised'],
    ['xywh', 'xyxy'],
    ['xywh', 'normalised'],
    ['normalised', 'xyxy'],
    ['normalised', 'xywh'],
  ] as const)('are refused if read as %s but stored as %s, and the error says so', async (read, stored) => {
    await expect(refusal(inFormat(pixelBoxes(), stored), { boxFormat: read })).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringMatching(/test_ims_bbx\.npy: image \d+ \(\d+\.jpg\), region \d+/),
      hint: expect.stringContaining(`--box-format ${stored}`),
    });
  });

  it('are refused if width and height are swapped', async () => {
    const sizes = SIZES.map(([width, height]) => [height, width] as const);
    await expect(refusal(pixelBoxes(), { sizes })).rejects.toMatchObject({
      code: 'format_invalid',
      hint: expect.stringMatching(/swapped.*test_ims_size\.npy/),
    });
  });

  it.each([
    ['inverted', [200, 20, 100, 60], /region 1: the box 200 20 100 60 ends before it begins, as 1 of 12/],
    ['outside of its image', [400, 20, 450, 60], /image 2 \(2\.jpg\), region 1: .* is outside its image/],
  ] as const)('are refused if one is %s, without a wrong suggestion', async (_, wrong, message) => {
    const boxes = pixelBoxes().with(7, wrong);
    await expect(refusal(boxes)).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringMatching(message),
      hint: expect.not.stringMatching(/look like|--box-format/),
    });
  });

  it('are refused without a suggestion if they are fractions x y w h, or those of one image are fractions', async () => {
    const xywh = inFormat(pixelBoxes(), 'xywh');
    const fractions = inFormat(xywh, 'normalised');
    const mixed = pixelBoxes().map((box, index): Box => (index < 9 ? box : [0.1, 0.1, 0.5, 0.6]));
    await expect(refusal(fractions, { boxFormat: 'normalised' })).rejects.toMatchObject({
      message: expect.stringMatching(/ends before it begins/),
      hint: expect.not.stringMatching(/look like|--box-format/),
    });
    await expect(refusal(mixed)).rejects.toMatchObject({
      message: expect.stringMatching(/image 3 \(3\.jpg\), region 0: .* within its first pixel/),
      hint: expect.not.stringMatching(/look like|--box-format/),
    });
  });

  it('are refused with the formats alone in which almost all would be plausible', async () => {
    const images = 50;
    const sizes = Array.from({ length: images }, () => [300, 150] as const);
    const box = [160, 80, 220, 130] as const;
    const hintOf = async (odd: Box, format: BoxFormat): Promise<string> => {
      const boxes = Array.from({ length: images * REGIONS }, () => inFormat([box], format)[0] ?? box);
      const refused = refusal(boxes.with(70, odd), { sizes });
      return refused.then(
        () => 'none',
        ({ hint }: { hint: string }) => hint,
      );
    };
    // Of widths and heights one is wrong.
    expect(await hintOf([160, 80, -60, 50], 'xywh')).toMatch(
      /^boxes are read as x1 y1 x2 y2 in pixels; almost all boxes are plausible as x y w h in pixels: --box-format xywh; extract/,
    );
    expect(await hintOf([160, 80, 100, 130], 'xyxy')).toMatch(
      /^boxes are read as x1 y1 x2 y2 in pixels; extract the regions of this image again$/,
    );
  });

  it('are refused if most reach outside or none has an area', async () => {
    const large = pixelBoxes().map(([x1, y1, x2, y2]): Box => [x1, y1, 3 * x2, 3 * y2]);
    await expect(refusal(large)).rejects.toMatchObject({ message: expect.stringMatching(/12 of 12 boxes/) });
    await expect(refusal(large.map((): Box => [0, 0, 0, 0]))).rejects.toMatchObject({
      message: expect.stringMatching(/no area/),
      hint: expect.not.stringMatching(/look like|--box-format/),
    });
  });

  it('are used with a note of their number if some reach outside or have no area', async () => {
    const boxes = pixelBoxes().with(4, [-9, 20, 100, 60]).with(5, [10, 10, 10, 60]).with(8, [0, 0, 0, 0]);
    // Less than a pixel is rounding.
    const rounded = boxes.with(0, [0, 0, 300.6, 100]);
    await opened(rounded, {}, (split) => {
      expect(split.notes).toEqual([
        expect.stringMatching(
          /test_ims_bbx\.npy: 1 of 12 boxes reach outside their image, by up to 9 pixels \(first: image 1 \(1\.jpg\), region 1\)/,
        ),
        expect.stringMatching(/2 of 12 boxes have no area \(first: image 1 \(1\.jpg\), region 2\)/),
      ]);
      expect(split.stored.boxRows[16]).toBe(-9);
    });
  });

  it('are other data in another format', async () => {
    await withFolder(smallSplitFiles('test', 2), async (folder) => {
      const plain = await fingerprintSplit(folder, 'test');
      expect(await fingerprintSplit(folder, 'test', { boxFormat: 'xyxy' })).toBe(plain);
      expect(await fingerprintSplit(folder, 'test', { boxFormat: 'xywh' })).not.toBe(plain);
    });
  });
});

describe('features of a split', () => {
  it.each([3e38, -3e38, Number.POSITIVE_INFINITY, Number.NaN])('are refused if one is %d', async (value) => {
    const files = smallSplitFiles('test', 3);
    const features = new Float32Array(36).fill(1);
    features[29] = value;
    files.set('test_ims.npy', npyBytes("'<f4'", [3, 3, 4], features));
    await withFolder(files, async (folder) => {
      const split = await openSplit(folder, 'test');
      await expect(split.readFeatures(0, 3)).rejects.toMatchObject({
        code: 'format_invalid',
        message: expect.stringMatching(/test_ims\.npy: image 2 \(2\.jpg\), region 1 has a feature/),
      });
      await split.close();
    });
  });
});
