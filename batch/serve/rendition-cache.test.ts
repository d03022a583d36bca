import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RENDITION_WIDTHS } from '../photos/read/render-photo.ts';
import { RenditionCache } from './rendition-cache.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rendition-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const contentOf = (number: number) => String(number).padStart(64, '0');
const files = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bin'));
const pathOf = (number: number, width = 320) =>
  join(folder, `webp-${width}@1`, '00', `${contentOf(number)}.bin`);

describe('kept renditions', () => {
  it('are those that were used last, as many as the limit holds, whatever is asked for', async () => {
    const uses = fc.array(
      fc.record({
        content: fc.nat(6),
        width: fc.constantFrom(...RENDITION_WIDTHS),
        bytes: fc.integer({ min: 1, max: 60 }),
        reads: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(uses, fc.integer({ min: 0, max: 150 }), async (steps, limit) => {
        rmSync(folder, { recursive: true, force: true });
        const cache = new RenditionCache(folder, limit);
        /** The least recently used first. */
        const model = new Map<string, number>();
        for (const { content, width, bytes, reads } of steps) {
          const key = `${width} ${content}`;
          const known = model.get(key);
          if (reads) {
            expect((await cache.get(contentOf(content), width))?.length).toBe(known);
            if (known === undefined) continue;
          } else {
            await cache.put(contentOf(content), width, new Uint8Array(bytes));
          }
          model.delete(key);
          model.set(key, reads ? (known ?? 0) : bytes);
          let sum = [...model.values()].reduce((all, each) => all + each, 0);
          for (const [oldest, size] of model) {
            if (sum <= limit) break;
            model.delete(oldest);
            sum -= size;
          }
        }
        if (existsSync(folder)) expect(files()).toHaveLength(model.size);
      }),
      { numRuns: 30 },
    );
  });

  it('count from one run to the next, in the order of their uses', async () => {
    const first = new RenditionCache(folder, 1000);
    for (const number of [1, 2, 3]) await first.put(contentOf(number), 320, new Uint8Array(100));
    const days = (count: number) => new Date(Date.now() - count * 86_400_000);
    for (const [number, age] of [
      [1, 9],
      [2, 8],
      [3, 7],
    ] as const) {
      utimesSync(pathOf(number), days(age), days(age));
    }
    // A use after more than a day is noted.
    const second = new RenditionCache(folder, 1000);
    expect(await second.get(contentOf(1), 320)).toHaveLength(100);
    expect(statSync(pathOf(1)).mtime.getTime()).toBeGreaterThan(days(1).getTime());
    const third = new RenditionCache(folder, 200);
    await third.put(contentOf(4), 960, new Uint8Array(50));
    expect([1, 2, 3].map((number) => existsSync(pathOf(number)))).toEqual([true, false, false]);
    expect(existsSync(pathOf(4, 960))).toBe(true);
  });

  it('stay within the limit when many are kept at the same time', async () => {
    const cache = new RenditionCache(folder, 1000);
    const numbers = Array.from({ length: 50 }, (_, number) => number);
    await Promise.all(numbers.map((number) => cache.put(contentOf(number), 320, new Uint8Array(100))));
    expect(files()).toHaveLength(10);
    expect(await cache.get(contentOf(49), 320)).toHaveLength(100);
  });
});
