import { expect, it } from 'vitest';
import { LinearMemory } from './linear-memory.ts';

it('returns pieces that do not touch, initially 0, and scratch behind them', () => {
  const memory = new LinearMemory();
  const first = memory.take(100);
  memory.floats(first, 25).fill(1);
  const second = memory.take(200_000);
  expect([...memory.floats(first, 25), ...memory.floats(second, 50)]).toEqual([
    ...Array(25).fill(1),
    ...Array(50).fill(0),
  ]);
  expect(memory.scratch(4)).toBeGreaterThanOrEqual(second + 200_000);
});

it('refuses to grow beyond 4 GiB, and stays usable', () => {
  const memory = new LinearMemory();
  expect(() => memory.take(5 * 2 ** 30)).toThrow(expect.objectContaining({ code: 'memory_exhausted' }));
  expect(memory.floats(memory.take(64), 16)).toEqual(new Float32Array(16));
});
