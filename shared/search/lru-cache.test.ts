import { describe, expect, it } from 'vitest';
import { LruCache } from './lru-cache.ts';

describe('LruCache', () => {
  it('evicts the least recently used value when it is full', () => {
    const cache = new LruCache<number>(30);
    cache.set('a', 1, 10);
    cache.set('b', 2, 10);
    cache.set('c', 3, 10);
    expect(cache.get('a')).toBe(1);
    cache.set('d', 4, 10);
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.get('d')]).toEqual([1, undefined, 3, 4]);
    expect(cache.bytes).toBe(30);
  });

  it('evicts several values for a large one', () => {
    const cache = new LruCache<number>(30);
    for (const key of ['a', 'b', 'c']) cache.set(key, 0, 10);
    cache.set('d', 1, 25);
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.get('d')]).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ]);
    expect(cache.bytes).toBe(25);
  });

  it('counts a value once if it is set again', () => {
    const cache = new LruCache<number>(30);
    cache.set('a', 1, 20);
    cache.set('a', 2, 5);
    expect([cache.get('a'), cache.bytes]).toEqual([2, 5]);
  });

  it('does not keep a value larger than itself, nor the old value of its key', () => {
    const cache = new LruCache<number>(30);
    cache.set('a', 1, 10);
    cache.set('b', 2, 10);
    cache.set('a', 3, 31);
    expect([cache.get('a'), cache.get('b'), cache.bytes]).toEqual([undefined, 2, 10]);
    cache.delete('never there');
    expect(cache.bytes).toBe(10);
  });
});
