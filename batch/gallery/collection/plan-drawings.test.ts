import { describe, expect, it } from 'vitest';
import { TakenCaptions } from './plan-drawings.ts';

describe('TakenCaptions', () => {
  it('accepts images that share some captions, but not all', () => {
    const taken = new TakenCaptions();
    expect(taken.take([['a', 'b']])).toBe(true);
    expect(taken.take([['a', 'c']])).toBe(true);
    expect(taken.take([['b', 'a']])).toBe(false);
    expect([...taken.captions]).toEqual(['a', 'b', 'c']);
  });

  it('accepts both twins or neither', () => {
    const taken = new TakenCaptions();
    taken.take([['a', 'b']]);
    expect(taken.take([['c'], ['a', 'b']])).toBe(false);
    expect(taken.take([['d'], ['d']])).toBe(false);
    expect(taken.take([['c'], ['d']])).toBe(true);
    expect([...taken.captions]).toEqual(['a', 'b', 'c', 'd']);
  });
});
