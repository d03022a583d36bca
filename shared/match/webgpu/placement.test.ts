import { describe, expect, it } from 'vitest';
import { smallConfig } from '../../../test/support/random-model.ts';
import { dimensions } from './layouts.ts';
import { inArena, type PairArray, type Placement, place } from './placement.ts';

const CONFIG = smallConfig({ jointSize: 1024, blocks: 16, kernels: 8, hiddenSize: 32 });
const released = dimensions(CONFIG);
const sizes = { regions: 36, words: 14 };

/** Position of an array of each group. */
function memories({ spilled }: Placement): string[] {
  const arrays: PairArray[] = ['matches', 'word_attention', 'products'];
  return arrays.map((array) => (inArena(array, spilled) ? 'arena' : 'scratch'));
}

describe('the placement of the arrays of a pair', () => {
  it('keeps all of them in workgroup memory if it is large enough', () => {
    const placement = place(sizes, released, 128, 12_288);
    expect(memories(placement)).toEqual(['arena', 'arena', 'arena']);
    expect(placement.scratch).toBe(0);
    // 36 x 14 x 16 products, 36 x 16 + 14 x 36 attentions, 50 nodes of 16 + 2 numbers.
    expect(placement.offsets).toMatchObject({ matches: 0, word_attention: 900, products: 1980 });
    expect(placement.arena).toBe(10_240);
  });

  it('puts the largest into scratch first, then the attentions, then the rest', () => {
    expect(memories(place(sizes, released, 128, 8188))).toEqual(['arena', 'arena', 'scratch']);
    expect(memories(place(sizes, released, 128, 1979))).toEqual(['arena', 'scratch', 'scratch']);
    expect(memories(place(sizes, released, 128, 899))).toEqual(['scratch', 'scratch', 'scratch']);
  });

  it('allocates scratch for spilled arrays, and at most the allowed workgroup memory', () => {
    const placement = place(sizes, released, 128, 1979);
    expect(placement.arena).toBe(1979);
    expect(placement.scratch).toBe(1080 + 36 * 14 * 16);
    expect(placement.offsets).toMatchObject({ matches: 0, word_attention: 0, products: 1080 });
  });

  it('has space for every array of the largest pairs', () => {
    const { offsets, scratch, wordParts, regionParts } = place(
      { regions: 128, words: 64 },
      released,
      128,
      4092,
    );
    const ends = [
      offsets.products + 16 * 64 * 128,
      offsets.word_norms + wordParts * 64 * 16,
      offsets.region_norms + regionParts * 128 * 16,
      offsets.gathered + 192 * 32,
    ];
    for (const end of ends) expect(end).toBeLessThanOrEqual(scratch);
    expect(offsets.region_norms).toBeGreaterThanOrEqual(offsets.word_norms + wordParts * 64 * 16);
    expect(offsets.gathered).toBeGreaterThanOrEqual(offsets.projected + 192 * 32);
  });

  it('gives every invocation a part of the context norms, but no part without a node', () => {
    expect(place(sizes, released, 128, 12_288)).toMatchObject({ wordParts: 8, regionParts: 3 });
    expect(place({ regions: 2, words: 1 }, released, 128, 12_288)).toMatchObject({
      wordParts: 2,
      regionParts: 1,
    });
  });
});
