import { describe, expect, it } from 'vitest';
import { labImage } from '../colour/lab-image.ts';
import { HUE_COUNT } from '../colour/palette.ts';
import { FeatureWriter } from './feature-writer.ts';
import { describeNeighbours, NEIGHBOUR_FEATURES } from './neighbours.ts';

const [WIDTH, HEIGHT] = [60, 40];
const THING = { left: 25, top: 15, right: 35, bottom: 25 };

/** On which side each of the existing neighbours is found: left, right, above, below, behind, ahead. */
function sides(neighbours: readonly (readonly [x: number, y: number])[], facing = 1): number[] {
  const rgb = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => [60, 100, 200][index % 3] ?? 0);
  const foreign = (pixel: number): boolean =>
    neighbours.some(
      ([x, y]) => Math.abs((pixel % WIDTH) - x) < 4 && Math.abs(Math.floor(pixel / WIDTH) - y) < 4,
    );
  const target = new Float32Array(NEIGHBOUR_FEATURES);
  const image = labImage(rgb, WIDTH, HEIGHT, WIDTH);
  describeNeighbours(image, THING, foreign, facing, new FeatureWriter(target, 0));
  const found = (side: number): boolean =>
    target.subarray(side * HUE_COUNT, (side + 1) * HUE_COUNT).some((share) => share > 0);
  return [0, 1, 2, 3, 4, 5].filter(found);
}

describe('describeNeighbours', () => {
  it('is zero if there is nothing next to the thing', () => {
    expect(sides([])).toEqual([]);
  });

  it.each([
    { place: [18, 20], found: [0, 4] },
    { place: [42, 20], found: [1, 5] },
    { place: [30, 9], found: [2] },
    { place: [30, 31], found: [3] },
  ] as const)('finds what is at $place', ({ place, found }) => {
    expect(sides([place])).toEqual(found);
  });

  it('mirrors behind and ahead with the thing, but not left and right', () => {
    expect(sides([[18, 20]], 0)).toEqual([0, 5]);
  });

  it('ignores what is further away than the size of the thing', () => {
    expect(sides([[55, 20]])).toEqual([]);
  });
});
