import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

describe('the size of submissions', () => {
  it('grows while they are short and shrinks when they are long', () => {
    const pace = new Pace();
    const first = pace.pairs(2 ** 20);
    expect(first).toBeGreaterThan(1);
    for (let time = 0; time < 3; time++) pace.took(1);
    expect(pace.pairs(2 ** 20)).toBe(8 * first);
    pace.took(30);
    expect(pace.pairs(2 ** 20)).toBe(8 * first);
    pace.took(500);
    expect(pace.pairs(2 ** 20)).toBe(4 * first);
  });

  it('is at least a pair and at most what a buffer of scores holds', () => {
    const pace = new Pace();
    for (let time = 0; time < 100; time++) pace.took(500);
    expect(pace.pairs(2 ** 40)).toBe(1);
    for (let time = 0; time < 100; time++) pace.took(1);
    expect(pace.pairs(1)).toBe(2 ** 19);
  });
});
