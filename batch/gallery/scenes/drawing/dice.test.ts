import { describe, expect, it } from 'vitest';
import { Dice } from './dice.ts';

describe('Dice', () => {
  it('repeats itself for the same seed and keys, and for no others', () => {
    const draws = (dice: Dice): number[] => Array.from({ length: 8 }, () => dice.below(1000));
    expect(draws(Dice.of(5, 1))).toEqual(draws(Dice.of(5, 1)));
    const all = [
      Dice.of(5),
      Dice.of(6),
      Dice.of(5, 1),
      Dice.of(5, 2),
      Dice.of(5, 1, 2),
      Dice.of(5, 2, 1),
    ].map(draws);
    expect(new Set(all.map(String)).size).toBe(all.length);
  });

  it('draws every value about as often, also as the first of neighbouring seeds', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 4000; seed++) {
      const drawn = Dice.of(seed).below(4);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it('keeps to its bounds', () => {
    const dice = Dice.of(9);
    for (let index = 0; index < 500; index++) {
      const drawn = dice.between(-2, 3);
      expect(drawn).toBeGreaterThanOrEqual(-2);
      expect(drawn).toBeLessThanOrEqual(3);
    }
    expect(Array.from({ length: 50 }, () => dice.chance(0))).not.toContain(true);
    expect(Array.from({ length: 50 }, () => dice.chance(1))).not.toContain(false);
  });

  it('takes some items without taking one twice', () => {
    expect(Dice.of(3).some(['a', 'b', 'c'], 9).toSorted()).toEqual(['a', 'b', 'c']);
    expect(() => Dice.of(3).pick([])).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
