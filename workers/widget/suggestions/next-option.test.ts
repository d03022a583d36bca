import { describe, expect, it } from 'vitest';
import { NONE, nextOption } from './next-option.ts';

describe('nextOption', () => {
  it.each([
    ['ArrowDown', NONE, 0],
    ['ArrowDown', 1, 2],
    ['ArrowDown', 2, NONE],
    ['ArrowUp', NONE, 2],
    ['ArrowUp', 0, NONE],
    ['Home', 2, 0],
    ['End', 0, 2],
    ['Home', NONE, undefined],
    ['End', NONE, undefined],
    ['a', 1, undefined],
  ])('%s at %i leads to %s', (key, active, next) => {
    expect(nextOption(key, active, 3)).toBe(next);
  });
});
