import { describe, expect, it } from 'vitest';
import type { GenerationManifest } from '../schema/index.ts';
import { exactRecall } from './exact-recall.ts';
import type { EncodedQuery } from './ports.ts';

const manifest = { id: 'g' } as GenerationManifest;
const fields = { passing: async () => [3, 2, 0] };
const query = { coarse: Float32Array.of(1, 0) } as unknown as EncodedQuery;
const ROWS = [
  [0, 1],
  [1, 0],
  [0.6, 0.8],
  [1, 0],
];
const vectors = {
  count: 4,
  dimensions: 2,
  read: async (from: number, to: number) => Float32Array.from(ROWS.slice(from, to).flat()),
  close: async () => {},
};

const alike = new Map([[1, 'a']]);

describe('recall from all vectors of a generation', () => {
  it('returns the nearest, equal ones by ordinal', async () => {
    const recall = exactRecall({ manifest, vectors, alike }, fields);
    expect(await recall.nearest(query, 3, {})).toEqual([
      { id: 1, coarse: 1 },
      { id: 3, coarse: 1 },
      { id: 2, coarse: expect.closeTo(0.6, 6) },
    ]);
    expect(await recall.nearest(query, 9, {})).toHaveLength(4);
  });

  it('names the groups of images that look alike if the search collapses them', async () => {
    const recall = exactRecall({ manifest, vectors, alike }, fields);
    expect(await recall.nearest({ ...query, grouped: true }, 2, {})).toEqual([
      { id: 1, coarse: 1, group: 'a' },
      { id: 3, coarse: 1, group: undefined },
    ]);
  });

  it('returns the nearest of those that pass a filter', async () => {
    const recall = exactRecall({ manifest, vectors, alike }, fields);
    const among = { filter: { field: 'year', exists: true }, images: 3 } as const;
    expect(await recall.nearest(query, 2, {}, among)).toEqual([
      { id: 3, coarse: 1 },
      { id: 2, coarse: expect.closeTo(0.6, 6) },
    ]);
  });

  it('is refused for a generation without vectors, and ends when its caller aborts', async () => {
    await expect(
      exactRecall({ manifest, vectors: undefined, alike }, fields).nearest(query, 1, {}),
    ).rejects.toMatchObject({
      code: 'generation_incomplete',
      hint: expect.stringContaining('--qdrant'),
    });
    const gone = { signal: AbortSignal.abort() };
    await expect(
      exactRecall({ manifest, vectors, alike }, fields).nearest(query, 1, gone),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
