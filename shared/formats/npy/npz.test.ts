import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { bytesSource } from '../byte-source.ts';
import { openNpz, writeNpz } from './npz.ts';

const open = (bytes: Uint8Array) => openNpz(bytesSource('x.npz', bytes));

describe('npz', () => {
  it.each([false, true])('returns the arrays that were written (compressed: %s)', async (compressed) => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z./ä]{1,12}$/), fc.float32Array({ maxLength: 40 })),
        async (arrays) => {
          const entries = Object.entries(arrays);
          const written = new Map(entries.map(([name, data]) => [name, { shape: [data.length], data }]));
          const reader = await open(writeNpz(written, compressed));
          expect(new Set(reader.names())).toEqual(new Set(written.keys()));
          for (const [name, data] of entries) {
            const array = await reader.open(name);
            expect(await array.readRows(0, data.length)).toEqual(data);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps types and shapes', async () => {
    const reader = await open(
      writeNpz(
        new Map([
          ['ids', { shape: [2, 1], data: Int32Array.of(-1, 5) }],
          ['scalar', { shape: [], data: Float64Array.of(0.1) }],
        ]),
      ),
    );
    const ids = await reader.open('ids');
    expect([ids.dtype, ids.shape]).toEqual(['int32', [2, 1]]);
    expect([...(await (await reader.open('scalar')).readNumbers(0, 1))]).toEqual([0.1]);
  });

  it('writes the same bytes at any time', () => {
    const arrays = new Map([['a', { shape: [1], data: Float32Array.of(1) }]]);
    expect(writeNpz(arrays)).toEqual(writeNpz(arrays));
    // The year of the archive's date.
    expect((writeNpz(arrays)[13] ?? 0) >> 1).toBe(0);
  });

  it('refuses names that do not exist, and members that are not arrays', async () => {
    const reader = await open(zipSync({ 'readme.txt': new Uint8Array(3), 'bad.npy': new Uint8Array(3) }));
    expect(reader.names()).toEqual(['bad']);
    for (const name of ['bad', 'readme.txt', 'missing', '__proto__']) {
      expect(await errorCode(reader.open(name))).toBe('format_invalid');
    }
    expect(await errorCode(open(new Uint8Array(100)))).toBe('format_invalid');
  });
});
