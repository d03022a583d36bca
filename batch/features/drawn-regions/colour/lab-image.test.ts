import { describe, expect, it } from 'vitest';
import { labImage } from './lab-image.ts';

function pixels(...colours: readonly (readonly [number, number, number])[]): Uint8Array {
  return Uint8Array.from(colours.flat());
}

describe('labImage', () => {
  // Reference values for the primaries by the author of the colour space.
  it.each([
    { rgb: [255, 255, 255], lab: [1, 0, 0] },
    { rgb: [0, 0, 0], lab: [0, 0, 0] },
    { rgb: [255, 0, 0], lab: [0.628, 0.2249, 0.1258] },
    { rgb: [0, 255, 0], lab: [0.8664, -0.2339, 0.1795] },
    { rgb: [0, 0, 255], lab: [0.452, -0.0325, -0.3115] },
  ] as const)('converts $rgb to Oklab', ({ rgb, lab }) => {
    const { lightness, greenRed, blueYellow } = labImage(pixels(rgb), 1, 1, 8);
    for (const [axis, plane] of [lightness, greenRed, blueYellow].entries())
      expect(plane[0]).toBeCloseTo(lab[axis] ?? Number.NaN, 3);
  });

  it('averages light, not sRGB values, when it reduces an image', () => {
    const { width, height, lightness } = labImage(pixels([0, 0, 0], [255, 255, 255]), 2, 1, 1);
    expect([width, height]).toEqual([1, 1]);
    expect(lightness[0]).toBeCloseTo(Math.cbrt(0.5), 3);
  });

  it('keeps the proportions, and at least one pixel', () => {
    const wide = labImage(new Uint8Array(3 * 300 * 2), 300, 2, 100);
    expect([wide.width, wide.height, wide.lightness.length]).toEqual([100, 1, 100]);
    const small = labImage(new Uint8Array(3 * 7 * 5), 7, 5, 100);
    expect([small.width, small.height]).toEqual([7, 5]);
  });
});
