import { describe, expect, it } from 'vitest';
import { neighbour } from './grid-keys.ts';

/** Two rows with different widths and a last one with a single card; tops of a row differ by less than a pixel. */
const PLACES = [
  { left: 0, right: 200, top: 0 },
  { left: 210, right: 300, top: 0.4 },
  { left: 310, right: 600, top: 0 },
  { left: 0, right: 380, top: 250 },
  { left: 390, right: 600, top: 250.3 },
  { left: 0, right: 100, top: 500 },
];

describe('neighbour', () => {
  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowRight', 2, 3],
    ['ArrowRight', 5, undefined],
    ['ArrowLeft', 3, 2],
    ['ArrowLeft', 0, undefined],
    ['ArrowDown', 0, 3],
    ['ArrowDown', 1, 3],
    ['ArrowDown', 2, 4],
    ['ArrowDown', 4, 5],
    ['ArrowDown', 5, undefined],
    ['ArrowUp', 4, 2],
    ['ArrowUp', 3, 1],
    ['ArrowUp', 5, 3],
    ['ArrowUp', 1, 'up'],
    ['Home', 4, 0],
    ['End', 0, 5],
    ['Enter', 0, undefined],
  ])('%s at %i leads to %s', (key, from, to) => {
    expect(neighbour(key, from, PLACES)).toBe(to);
  });

  it('finds nothing in an empty grid', () => {
    expect(neighbour('ArrowDown', 0, [])).toBeUndefined();
  });
});
