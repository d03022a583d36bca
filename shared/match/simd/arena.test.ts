import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena } from './arena.ts';

function arena(maximum: number): Arena {
  return new Arena(new WebAssembly.Memory({ initial: 1, maximum }));
}

describe('an arena', () => {
  it('returns blocks that do not overlap, in memory that exists', () => {
    const steps = fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 300_000 }), freed: fc.nat() }));
    fc.assert(
      fc.property(steps, (all) => {
        const tested = arena(2048);
        const taken: { start: number; end: number }[] = [];
        for (const { bytes, freed } of all) {
          const start = tested.allocate(bytes);
          const end = start + bytes;
          expect(start % 64).toBe(0);
          expect(start).toBeGreaterThan(0);
          expect(end).toBeLessThanOrEqual(tested.memory.buffer.byteLength);
          expect(taken.some((other) => start < other.end && other.start < end)).toBe(false);
          taken.push({ start, end });
          if (freed % 2 === 0) continue;
          const [gone] = taken.splice(freed % taken.length, 1);
          tested.free(gone?.start ?? 0);
        }
        for (const { start } of taken) tested.free(start);
        expect(tested.usedBytes).toBe(0);
      }),
    );
  });

  it('reuses freed memory, whatever the order it was freed in', () => {
    const tested = arena(64);
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const blocks = [0, 1, 2].map(() => tested.allocate(1_000_000));
      for (const index of order) tested.free(blocks[index] ?? 0);
      const whole = tested.allocate(3_000_000);
      expect(whole).toBe(Math.min(...blocks));
      tested.free(whole);
    }
    expect(tested.usedBytes).toBe(0);
  });

  it('refuses when there is no more memory, and stays usable', () => {
    const tested = arena(4);
    const held = tested.allocate(100_000);
    expect(() => tested.allocate(300_000)).toThrow(expect.objectContaining({ code: 'memory_exhausted' }));
    tested.free(held);
    tested.free(held);
    expect(tested.usedBytes).toBe(0);
    expect(tested.allocate(200_000)).toBe(held);
  });
});
