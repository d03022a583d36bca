import { describe, expect, it } from 'vitest';
import { labImage } from '../colour/lab-image.ts';
import { type Segmentation, segmentImage } from './segment-image.ts';

const OPTIONS = { scale: 0.2, smallest: 10 };

type Paint = (x: number, y: number) => readonly [red: number, green: number, blue: number];

function segment(width: number, height: number, paint: Paint): Segmentation {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgb.set(paint(x, y), 3 * (y * width + x));
  }
  return segmentImage(labImage(rgb, width, height, 1000), OPTIONS);
}

describe('segmentImage', () => {
  it('keeps a plain image in one segment', () => {
    expect(segment(20, 11, () => [90, 120, 200]).count).toBe(1);
  });

  it('splits where the colour changes, and only there', () => {
    const { count, labels } = segment(20, 12, (x) => (x < 7 ? [200, 40, 40] : [40, 90, 190]));
    expect(count).toBe(2);
    expect([...labels]).toEqual(Array.from({ length: 240 }, (_, at) => (at % 20 < 7 ? 0 : 1)));
  });

  it('keeps a gradient in one segment, in any direction and over any range', () => {
    const down = segment(80, 120, (_x, y) => [90 + y, 150 + Math.floor(y / 2), 250]);
    const across = segment(160, 60, (x) => [40 + x, 160 - Math.floor(x / 3), 60]);
    expect([down.count, across.count]).toEqual([1, 1]);
  });

  it('finds a thing on a gradient', () => {
    const { count, labels } = segment(80, 60, (x, y) =>
      (x - 40) ** 2 + (y - 30) ** 2 < 100 ? [220, 60, 50] : [100 + y, 170, 240 - y],
    );
    expect(count).toBe(2);
    expect(labels[30 * 80 + 40]).not.toBe(labels[0]);
  });

  it('leaves no segment smaller than the minimum', () => {
    const { labels, count } = segment(40, 40, (x, y) => {
      const value = (x * 7919 + y * 104729) % 251;
      return [value, (value * 3) % 256, (value * 5) % 256];
    });
    const sizes = Array.from({ length: count }, () => 0);
    for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(OPTIONS.smallest);
  });
});
