import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallConfig } from '../../../test/support/random-model.ts';
import { dimensions } from './layouts.ts';
import { Pace } from './pace.ts';
import { captionRuns } from './pair-runs.ts';
import {
  addTiles,
  type ImageRows,
  MOST_STEPS,
  type PairBlock,
  type PairStep,
  submissions,
  tileWidth,
} from './pair-steps.ts';
import { TILE_REGION_QUADS, TILES, type TileWidth } from './shaders/products.ts';

const setting = {
  dimensions: dimensions(smallConfig({ jointSize: 64, blocks: 4 })),
  invocations: 128,
  arena: 3000,
};

/** Blocks of images with captions of these lengths, or of rows with a caption each. */
const blocks = fc
  .record({
    images: fc.integer({ min: 1, max: 60 }),
    regions: fc.integer({ min: 1, max: 128 }),
    lengths: fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 80 }),
    listed: fc.boolean(),
  })
  .map(({ images, regions, lengths, listed }): PairBlock[] => {
    const order = lengths.sort((a, b) => b - a).map((words, caption) => ({ caption, words }));
    return captionRuns(order, regions, setting).map((run) => {
      const captions = Uint32Array.from({ length: images }, (_, row) =>
        Math.floor((row * run.captions) / images),
      ).map((own) => run.caption + own);
      const rows = { count: images, regions, ...(listed && { captions }) } as ImageRows;
      return { rows, run: listed ? { ...run, caption: 0, captions: 1 } : run, place: () => {} };
    });
  });

/** Every quad of regions and words of every pair that the tiles of a step cover, as the shader reads them. */
function covered(step: PairStep, width: TileWidth): string[] {
  const { rows, run } = step.block;
  const tiles: number[] = [];
  addTiles(tiles, step, width);
  const [regionQuads, wordQuads] = [Math.ceil(rows.regions / 4), Math.ceil(run.words / 4)];
  const found: string[] = [];
  for (let at = 0; at < tiles.length; at += 8) {
    const [row = 0, count = 0, caption = 0, captions = 0, pair = 0, x = 0, y = 0] = tiles.slice(at);
    for (let r = x * TILE_REGION_QUADS; r < (x + 1) * TILE_REGION_QUADS; r++) {
      for (let w = y * TILES[width].wordQuads; w < (y + 1) * TILES[width].wordQuads; w++) {
        const [image, own] = [Math.floor(r / regionQuads), Math.floor(w / wordQuads)];
        if (image >= count || own >= captions) continue;
        const slot = pair + image * captions + own;
        found.push(
          `${slot}: image ${row + image} caption ${caption + own} ${r % regionQuads} ${w % wordQuads}`,
        );
      }
    }
  }
  return found.sort();
}

/** The same, pair by pair. */
function expected({ block: { rows, run }, first, count }: PairStep): string[] {
  return Array.from({ length: count }, (_, slot) => {
    const row = Math.floor((first + slot) / run.captions);
    const caption = rows.captions?.[row] ?? run.caption + ((first + slot) % run.captions);
    return Array.from({ length: Math.ceil(rows.regions / 4) }, (__, r) =>
      Array.from(
        { length: Math.ceil(run.words / 4) },
        (___, w) => `${slot}: image ${row} caption ${caption} ${r} ${w}`,
      ),
    );
  })
    .flat(2)
    .sort();
}

describe('the steps of a submission', () => {
  it('have tiles that cover each quad of each pair once, wide or narrow', () => {
    fc.assert(
      fc.property(blocks, (given) => {
        for (const { steps } of submissions(new Pace(), given)) {
          const [step] = steps;
          if (step === undefined) throw new Error('a submission without steps');
          for (const width of ['wide', 'narrow'] as const)
            expect(covered(step, width)).toEqual(expected(step));
        }
      }),
      { numRuns: 8 },
    );
  });

  it('compare every pair once, in submissions of the size that the pace has', () => {
    fc.assert(
      fc.property(blocks, fc.integer({ min: 0, max: 20 }), (given, doublings) => {
        const pace = new Pace();
        for (let time = 0; time < doublings; time++) pace.took(1, pace.multiplyAdds);
        const next = new Map(given.map((block) => [block, 0]));
        for (const { steps, pairs, multiplyAdds } of submissions(pace, given)) {
          let output = 0;
          for (const { block, first, count, output: own } of steps) {
            expect([first, own]).toEqual([next.get(block), output]);
            expect(count % block.run.captions).toBe(0);
            next.set(block, first + count);
            output += count;
          }
          expect(output).toBe(pairs);
          expect(steps.length).toBeLessThanOrEqual(MOST_STEPS);
          const row = Math.max(...steps.map(({ block: { run } }) => run.captions * run.multiplyAdds));
          expect(multiplyAdds).toBeLessThanOrEqual(Math.max(pace.multiplyAdds, row));
        }
        for (const [{ rows, run }, end] of next) expect(end).toBe(rows.count * run.captions);
      }),
      { numRuns: 50 },
    );
  });

  it('use wide tiles for many words and narrow ones for a caption', () => {
    const widths = [1, 2, 32].map((count) => {
      const order = Array.from({ length: count }, (_, caption) => ({ caption, words: 14 }));
      const [run] = captionRuns(order, 36, setting);
      if (run === undefined) throw new Error('no run');
      const rows = { count: 1, regions: 36 } as ImageRows;
      return tileWidth({ block: { rows, run, place: () => {} }, first: 0, count, output: 0 });
    });
    expect(widths).toEqual(['narrow', 'narrow', 'wide']);
  });
});
