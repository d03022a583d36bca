import { describe, expect, it } from 'vitest';
import { poolRegions, REGION_COUNT, regionBoxes, regionCoverages } from './grid-regions.ts';

const SIDE = 11;

describe('regions of a grid', () => {
  it('are as many as the released features have, and end with the whole image', () => {
    const boxes = regionBoxes(500, 375);
    expect(boxes).toHaveLength(4 * REGION_COUNT);
    expect(REGION_COUNT).toBe(36);
    expect([...boxes.subarray(-4)]).toEqual([0, 0, 500, 375]);
  });

  it('tile the image by the first 25', () => {
    const boxes = regionBoxes(100, 50);
    let area = 0;
    for (let region = 0; region < 25; region++) {
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * region, 4 * region + 4);
      area += (right - left) * (bottom - top);
    }
    expect(area).toBeCloseTo(100 * 50, 2);
    expect([...boxes.subarray(4 * 6, 4 * 7)]).toEqual(
      [20, 10, 40, 20].map((side) => expect.closeTo(side, 4)),
    );
  });

  it('keep a constant, whatever the size of the map', () => {
    for (const side of [1, 2, 7, SIDE]) {
      const pooled = poolRegions(new Float32Array(2 * side * side).fill(3), 2, regionCoverages(side));
      expect(pooled).toHaveLength(2 * REGION_COUNT);
      for (const value of pooled) expect(value).toBeCloseTo(Math.sqrt(3), 5);
    }
  });

  it('take each cell by the area that they cover of it', () => {
    // The second channel is one in the second cell of the first row, of which the first fifth covers all and the
    // second fifth nothing; of the third cell the first fifth covers a fifth: 2.2 cells wide.
    const map = new Float32Array(2 * SIDE * SIDE);
    map[SIDE * SIDE + 1] = 1;
    map[2] = 1;
    const pooled = poolRegions(map, 2, regionCoverages(SIDE)).map((root) => root ** 2);
    const [fifth, area] = [SIDE / 5, (SIDE / 5) ** 2];
    expect(pooled[1]).toBeCloseTo(1 / area, 5);
    expect(pooled[3]).toBe(0);
    expect(pooled[0]).toBeCloseTo((fifth - 2) / area, 5);
    expect(pooled[2]).toBeCloseTo((3 - fifth) / area, 5);
    // The whole image, the last region, has the mean of the map.
    expect(pooled.at(-1)).toBeCloseTo(1 / SIDE ** 2, 6);
  });

  it('have the mean position of their box', () => {
    // A channel whose value is the column's centre, another with the row's.
    const map = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, index) => {
      const cell = index % (SIDE * SIDE);
      return ((index < SIDE * SIDE ? cell % SIDE : Math.floor(cell / SIDE)) + 0.5) / SIDE;
    });
    const pooled = poolRegions(map, 2, regionCoverages(SIDE)).map((root) => root ** 2);
    const boxes = regionBoxes(1, 1);
    for (let region = 0; region < REGION_COUNT; region++) {
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * region, 4 * region + 4);
      expect(Math.abs((pooled[2 * region] ?? 0) - (left + right) / 2)).toBeLessThan(0.5 / SIDE);
      expect(Math.abs((pooled[2 * region + 1] ?? 0) - (top + bottom) / 2)).toBeLessThan(0.5 / SIDE);
    }
  });
});
