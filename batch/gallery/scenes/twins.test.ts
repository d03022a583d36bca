import { describe, expect, it } from 'vitest';
import { drawTwins } from './index.ts';

const SEEDS = Array.from({ length: 400 }, (_, seed) => seed);
const twins = SEEDS.map((seed) => drawTwins(seed));

function sortedWords(caption: string | undefined): string[] {
  return (caption ?? '').toLowerCase().split(' ').toSorted();
}

describe('drawTwins', () => {
  it('draws the same twins for a seed again', () => {
    expect(drawTwins(3)).toEqual(twins[3]);
  });

  it('describes both with the same words, caption by caption, and never in the same order', () => {
    for (const [seed, { first, second }] of twins.entries()) {
      expect(first.captions, `seed ${seed}`).toHaveLength(5);
      for (const [index, caption] of first.captions.entries()) {
        const other = second.captions[index];
        expect(sortedWords(caption), `seed ${seed}`).toEqual(sortedWords(other));
        expect(caption, `seed ${seed}`).not.toBe(other);
      }
    }
  });

  it('tells them apart: no caption of one is a caption of the other', () => {
    for (const [seed, { first, second }] of twins.entries()) {
      expect(new Set([...first.captions, ...second.captions]).size, `seed ${seed}`).toBe(10);
      expect(first.svg, `seed ${seed}`).not.toBe(second.svg);
    }
  });

  it('makes all three kinds about as often', () => {
    for (const kind of ['attribute', 'role', 'relation']) {
      expect(twins.filter((pair) => pair.kind === kind).length).toBeGreaterThan(SEEDS.length / 5);
    }
  });
});
