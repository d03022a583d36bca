import { describe, expect, it } from 'vitest';
import type { Matcher } from '../../model/index.ts';
import type { Backend } from '../../schema/index.ts';
import { fastestMatcher } from './fastest-matcher.ts';

/** Matchers whose work takes the given milliseconds for one shortlist and for many, and their clock. */
function world(times: Readonly<Record<'simd' | 'webgpu', { one: number; many: number }>>) {
  let now = 0;
  const held = new Set<object>();
  const matcher = (backend: Backend, { one, many }: { one: number; many: number }): Matcher => {
    let calls = 0;
    return {
      backend,
      prepareImages: async ({ length }: readonly unknown[]) => {
        const prepared = { count: length, bytes: 0, dispose: () => void held.delete(prepared) };
        held.add(prepared);
        return prepared;
      },
      scoreLists: async (_: unknown, lists: readonly unknown[]) => {
        // The first calls compile.
        now += (lists.length === 1 ? one : many) + (calls++ < 2 ? 1000 : 0);
        return [];
      },
    } as unknown as Matcher;
  };
  return {
    simd: matcher('simd', times.simd),
    webgpu: matcher('webgpu', times.webgpu),
    clock: () => now,
    held,
  };
}

describe('which matcher serves', () => {
  it.each([
    ['the card, faster with one and with many', { one: 1, many: 3 }, 'webgpu'],
    ['the card, a little slower with one and faster with many', { one: 3, many: 3 }, 'webgpu'],
    ['the kernel, when the card is faster with many but far slower with one', { one: 5, many: 3 }, 'simd'],
    ['the kernel, when the card is faster with one only', { one: 1, many: 33 }, 'simd'],
  ] as const)('is %s, by the medians without the first round', async (_, webgpu, expected) => {
    const { simd, webgpu: card, clock, held } = world({ simd: { one: 2, many: 32 }, webgpu });
    expect(await fastestMatcher(simd, card, { jointSize: 8 }, clock)).toEqual({
      backend: expected,
      figures: [
        { backend: 'simd', oneMs: 2, manyMs: 32 },
        { backend: 'webgpu', oneMs: webgpu.one, manyMs: webgpu.many },
      ],
    });
    expect(held.size).toBe(0);
  });

  it('releases its images when a matcher fails', async () => {
    const { simd, webgpu, clock, held } = world({
      simd: { one: 2, many: 32 },
      webgpu: { one: 1, many: 2 },
    });
    const failing: Matcher = {
      ...webgpu,
      scoreLists: async () => {
        throw new Error('lost');
      },
    };
    await expect(fastestMatcher(simd, failing, { jointSize: 8 }, clock)).rejects.toThrow('lost');
    expect(held.size).toBe(0);
  });
});
