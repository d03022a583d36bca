import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evenCaptionImages } from '../../shared/retrieval/index.ts';
import { epochBatches } from './sampling.ts';

const at = { seed: 3, epoch: 2 };

describe('epochBatches', () => {
  it('has every caption once, in batches of the requested size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 2, max: 17 }),
        fc.nat(9),
        (images, size, pairs) => {
          const twins = Array.from(
            { length: Math.min(pairs, Math.floor(images / 2)) },
            (_, pair) => [2 * pair, 2 * pair + 1] as const,
          );
          const batches = epochBatches(evenCaptionImages(images, 5), size, at, twins);
          const captions = batches.flat();
          expect(new Set(captions).size).toBe(captions.length);
          // A last batch of one is left out.
          expect(captions.length).toBeGreaterThanOrEqual(images * 5 - 1);
          for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(size);
        },
      ),
    );
  });

  it('depends on seed and epoch alone', () => {
    const hundred = evenCaptionImages(20, 5);
    const order = epochBatches(hundred, 10, at);
    expect(epochBatches(hundred, 10, at)).toEqual(order);
    expect(epochBatches(hundred, 10, { ...at, epoch: 3 })).not.toEqual(order);
    expect(epochBatches(hundred, 10, { ...at, seed: 4 })).not.toEqual(order);
    expect(order.flat()).not.toEqual([...Array(100).keys()]);
  });

  it('puts the captions of twins into one batch', () => {
    const batches = epochBatches(evenCaptionImages(40, 5), 8, at, [
      [0, 20],
      [7, 3],
    ]);
    const batchOf = (caption: number) => batches.findIndex((batch) => batch.includes(caption));
    for (let place = 0; place < 5; place++) {
      expect(batchOf(place)).toBe(batchOf(100 + place));
      expect(batchOf(35 + place)).toBe(batchOf(15 + place));
    }
  });

  it('has every caption of images with none, one, two and three, and pairs the first ones of twins', () => {
    const captionImages = Int32Array.of(3, 0, 3, 1, 1, 3);
    const batches = epochBatches(captionImages, 2, at, [[1, 3]]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    const pairs = batches.map((batch) => batch.toSorted((a, b) => a - b));
    expect(pairs).toContainEqual([0, 3]);
    expect(pairs).toContainEqual([2, 4]);
  });
});
