import { describe, expect, it } from 'vitest';
import { smallConfig } from '../../../test/support/random-model.ts';
import { dimensions } from './layouts.ts';
import { inArena, type PairArray, type Placement, place } from './placement.ts';

const CONFIG = smallConfig({ jointSize: 1024, blocks: 16, kernels: 8, hiddenSize: 32 });
const released = dimensions(CONFIG);
const sizes = { regions: 36, words: 14 };
/** Quads of the block products of these sizes. */
const PRODUCTS = 16 * 14 * 9;

/** Position of an array of each group. */
function memories({ spilled }: Placement): string[] {
  const arrays: PairArray[] = ['matches', 'word_attention', 'projected'];
  return arrays.map((array) => (inArena(array, spilled) ? 'arena' : 'scratch'));
}

describe('the placement of the arrays of a pair', () => {
  it('keeps all of them but the products in workgroup memory if it is large enough', () => {
    const placement = place(sizes, released, 128, 3000);
    expect(memories(placement)).toEqual(['arena', 'arena', 'arena']);
    expect(placement.scratch).toBe(PRODUCTS);
    // In quads: 16 + 2 for each of 9 + 4 quads of nodes, 36 x 4 and 14 x 9 attentions, 8 x 16 x 4 + 3 x 16 x 9 norms.
    expect(placement.offsets).toMatchObject({ matches: 0, word_attention: 234, projected: 234 + 270 });
    expect(234 + 270 + 944).toBeLessThanOrEqual(placement.arena);
    expect(placement.arena).toBe(1536);
  });

  it('puts the largest into scratch first, then the attentions, then the rest', () => {
    expect(memories(place(sizes, released, 128, 1447))).toEqual(['arena', 'arena', 'scratch']);
    expect(memories(place(sizes, released, 128, 503))).toEqual(['arena', 'scratch', 'scratch']);
    expect(memories(place(sizes, released, 128, 233))).toEqual(['scratch', 'scratch', 'scratch']);
  });

  it('allocates scratch for spilled arrays behind the products, and at most the allowed workgroup memory', () => {
    const placement = place(sizes, released, 128, 503);
    expect(placement.arena).toBe(503);
    expect(placement.scratch).toBe(PRODUCTS + 270 + 944);
    expect(placement.offsets).toMatchObject({
      matches: 0,
      word_attention: PRODUCTS,
      projected: PRODUCTS + 270,
    });
  });

  it('has space for every array of the largest pairs', () => {
    const { offsets, scratch, wordParts, regionParts } = place(
      { regions: 128, words: 64 },
      released,
      128,
      1023,
    );
    const ends = [
      offsets.word_norms + wordParts * 16 * 16,
      offsets.region_norms + regionParts * 16 * 32,
      offsets.gathered + 48 * 32,
    ];
    for (const end of ends) expect(end).toBeLessThanOrEqual(scratch);
    expect(offsets.region_norms).toBeGreaterThanOrEqual(offsets.word_norms + wordParts * 16 * 16);
    expect(offsets.gathered).toBeGreaterThanOrEqual(offsets.projected + 48 * 32);
    expect(offsets.projected).toBeGreaterThanOrEqual(16 * 64 * 32);
  });

  it('gives every invocation a part of the context norms, but no part without a node', () => {
    expect(place(sizes, released, 128, 3000)).toMatchObject({ wordParts: 8, regionParts: 3 });
    expect(place({ regions: 2, words: 1 }, released, 128, 3000)).toMatchObject({
      wordParts: 2,
      regionParts: 1,
    });
  });
});
