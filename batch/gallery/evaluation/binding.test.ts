import { describe, expect, it } from 'vitest';
import { evenCaptionImages } from '../../../shared/retrieval/index.ts';
import { bindingAccuracy } from './binding.ts';

/** Four images, 20 captions; each caption scores its own image 1 and others 0. */
function perfect(): Float32Array {
  return Float32Array.from({ length: 80 }, (_, pair) =>
    Math.floor(pair / 20) === Math.floor((pair % 20) / 5) ? 1 : 0,
  );
}
const FIVE_EACH = evenCaptionImages(4, 5);
const twins = [
  { kind: 'role', first: 0, second: 2 },
  { kind: 'attribute', first: 3, second: 1 },
];

describe('binding accuracy', () => {
  it('is 100 if every caption prefers its own image', () => {
    expect(bindingAccuracy(perfect(), FIVE_EACH, twins)).toEqual({
      all: 100,
      byKind: { attribute: 100, role: 100 },
      captions: 20,
    });
  });

  it('counts captions that prefer the twin, or neither, as wrong', () => {
    const scores = perfect();
    // Caption 1 of image 0 prefers its twin; caption 11 of image 2 prefers neither.
    scores[2 * 20 + 1] = 2;
    scores[0 * 20 + 11] = 1;
    expect(bindingAccuracy(scores, FIVE_EACH, twins)).toMatchObject({
      all: 90,
      byKind: { role: 80, attribute: 100 },
    });
  });

  it('ignores images that are not twins', () => {
    const scores = perfect();
    scores[1 * 20 + 1] = 5;
    expect(bindingAccuracy(scores, FIVE_EACH, twins).all).toBe(100);
  });

  it('fails without twins', () => {
    expect(() => bindingAccuracy(perfect(), FIVE_EACH, [])).toThrow(/no twins/);
  });
});
