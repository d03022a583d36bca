import { describe, expect, it } from 'vitest';
import { labImage } from '../colour/lab-image.ts';
import { cropRegion } from './crop.ts';
import { CORE, MARGIN, SIDE } from './sample.ts';

const [WIDTH, HEIGHT] = [40, 30];
const image = labImage(new Uint8Array(WIDTH * HEIGHT * 3), WIDTH, HEIGHT, WIDTH);

describe('cropRegion', () => {
  it('covers a box of any shape, and nothing around it', () => {
    const { area, mask } = cropRegion(image, { left: 2, top: 3, right: 30, bottom: 9 }, () => true);
    expect(area).toBe(CORE * CORE);
    expect(mask[0]).toBe(0);
    expect(mask[MARGIN * SIDE + MARGIN]).toBe(1);
  });

  it('marks samples outside the image', () => {
    const { pixels } = cropRegion(image, { left: 0, top: 0, right: WIDTH, bottom: HEIGHT }, () => true);
    expect([pixels[0], pixels[SIDE * SIDE - 1]]).toEqual([-1, -1]);
    expect(pixels[MARGIN * SIDE + MARGIN]).toBe(0);
  });

  it('is the same for a thing that faces left and one that faces right', () => {
    const bounds = { left: 8, top: 5, right: 32, bottom: 25 };
    const wedge = (pixel: number): boolean => (pixel % WIDTH) - 8 > Math.floor(pixel / WIDTH);
    const mirrored = (pixel: number): boolean => {
      const x = pixel % WIDTH;
      return wedge(pixel - x + (WIDTH - 1 - x));
    };
    const [one, two] = [wedge, mirrored].map((inside) => cropRegion(image, bounds, inside));
    expect(one?.mirrored).toBe(!two?.mirrored);
    expect((one?.facing ?? 0) + (two?.facing ?? 0)).toBeCloseTo(1, 9);
    expect(two?.mask).toEqual(one?.mask);
  });
});
