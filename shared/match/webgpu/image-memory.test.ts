import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors/index.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { type Extent, ImageMemory } from './image-memory.ts';

const MEBIBYTE = 2 ** 20;

/** A device's memory of a size, by its buffers. */
function memoryOf(bytes: number) {
  const buffers = new Set<GPUBuffer>();
  const used = () => [...buffers].reduce((sum, { size }) => sum + size, 0);
  const memory = {
    allocate: async (size: number) => {
      if (used() + size > bytes) throw new AppError('memory_exhausted', 'full');
      const buffer = { size } as GPUBuffer;
      buffers.add(buffer);
      return buffer;
    },
    free: (buffer: GPUBuffer) => void buffers.delete(buffer),
  } as unknown as GpuMemory;
  return { memory, buffers, used };
}

describe('memory for images', () => {
  it('gives every image its own part of a buffer, and counts what is free', async () => {
    const work = fc.array(fc.oneof(fc.integer({ min: 1, max: 3e5 }), fc.constant('release' as const)), {
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(work, fc.integer({ min: 0, max: 1000 }), async (steps, seed) => {
        const { memory, buffers, used } = memoryOf(Infinity);
        const images = new ImageMemory(memory, 64 * MEBIBYTE);
        const held: Extent[] = [];
        for (const step of steps) {
          if (step === 'release')
            for (const one of held.splice(seed % (held.length + 1), 1)) images.release(one);
          else held.push(await images.allocate(step));
          const sorted = held.toSorted((a, b) => a.first - b.first);
          for (const [index, one] of sorted.entries()) {
            expect(one.first + one.quads).toBeLessThanOrEqual(one.within.buffer.size / 16);
            for (const next of sorted.slice(index + 1)) {
              if (next.within === one.within)
                expect(next.first).toBeGreaterThanOrEqual(one.first + one.quads);
            }
          }
          expect(used() - images.freeBytes).toBe(16 * held.reduce((sum, { quads }) => sum + quads, 0));
        }
        for (const one of held) images.release(one);
        expect([buffers.size, images.freeBytes]).toEqual([0, 0]);
      }),
      { numRuns: 40 },
    );
  });

  it('puts thousands of images into a few buffers', async () => {
    const { memory, buffers } = memoryOf(Infinity);
    const images = new ImageMemory(memory, 1024 * MEBIBYTE);
    for (let image = 0; image < 5000; image++) await images.allocate(12_000);
    expect(buffers.size).toBeLessThan(9);
  });

  it('takes a buffer of the size that is needed where there is no memory for a large one', async () => {
    const { memory, used } = memoryOf(20 * MEBIBYTE);
    const images = new ImageMemory(memory, 1024 * MEBIBYTE);
    await images.allocate(MEBIBYTE);
    await images.allocate(2 ** 17);
    expect(used()).toBe(18 * MEBIBYTE);
    await expect(images.allocate(2 ** 18)).rejects.toMatchObject({ code: 'memory_exhausted' });
  });
});
