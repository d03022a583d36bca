import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { sparseVector } from '../../shared/model/sparse-vector.ts';
import { createQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { Slices } from '../../workers/qdrant-local/scheduling/slices.ts';
import { searchSparse } from '../../workers/qdrant-local/search/sparse-search.ts';
import { SparseSet } from '../../workers/qdrant-local/vectors/sparse-set.ts';
import { askLocal, temporaryFolder } from './qdrant-server.ts';

const SLOTS = 12;
const entries = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: -3, max: 3 })), {
  selector: ([index]) => index,
  maxLength: 6,
});
type Entries = [number, number][];

const vectorOf = (of: Entries) =>
  sparseVector(
    Uint32Array.from(of, ([index]) => index),
    Float32Array.from(of, ([, value]) => value),
  );

describe('sparse vectors of qdrant-local', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('are found as by their definition, after any changes', async () => {
    const change = fc.tuple(fc.nat(SLOTS - 1), fc.option(entries, { nil: undefined }));
    const property = fc.asyncProperty(
      fc.array(change, { maxLength: 60 }),
      entries,
      fc.integer({ min: 1, max: SLOTS }),
      fc.option(fc.uniqueArray(fc.nat(SLOTS - 1)), { nil: undefined }),
      fc.constantFrom('none', 'idf'),
      async (changes, query, limit, among, modifier) => {
        const set = new SparseSet(modifier as 'none' | 'idf');
        set.reserve(SLOTS);
        const held = new Map<number, Map<number, number>>();
        for (const [slot, vector] of changes) {
          if (vector === undefined) {
            set.clear(slot);
            held.delete(slot);
          } else {
            set.set(slot, vectorOf(vector));
            held.set(slot, new Map(vector));
          }
        }
        const weight = (index: number): number => {
          const having = [...held.values()].filter((vector) => vector.has(index)).length;
          return modifier === 'none' ? 1 : Math.log(1 + (held.size - having + 0.5) / (having + 0.5));
        };
        const expected = [...held]
          .filter(
            ([slot, vector]) => (among?.includes(slot) ?? true) && query.some(([index]) => vector.has(index)),
          )
          .map(([slot, vector]) => ({
            slot,
            score: query.reduce(
              (sum, [index, value]) => sum + value * weight(index) * (vector.get(index) ?? 0),
              0,
            ),
          }));
        const found = await searchSparse(set, vectorOf(query), {
          limit,
          slots: among && Int32Array.from(among),
          tie: (a, b) => a - b,
          slices: new Slices(new AbortController().signal),
        });
        expect(found).toHaveLength(Math.min(limit, expected.length));
        const scores = new Map(expected.map(({ slot, score }) => [slot, score]));
        for (const { slot, score } of found) expect(score).toBeCloseTo(scores.get(slot) ?? Number.NaN, 9);
        const best = expected.map(({ score }) => score).sort((a, b) => b - a);
        for (const [at, { score }] of found.entries()) expect(score).toBeCloseTo(best[at] ?? Number.NaN, 9);
        expect(set.count).toBe(held.size);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it('are in the file, and there again when it is opened', async () => {
    const path = join(folder.path, 'store.sqlite');
    const first = await createQdrantLocal({ path });
    await askLocal(first, 'PUT', '/collections/c', {
      vectors: { size: 3, distance: 'Dot' },
      sparse_vectors: { a: {}, b: { modifier: 'idf' } },
    });
    const points = [
      { id: 1, vector: { '': [1, 2, 3], b: { indices: [5, 2], values: [0.5, 0.25] } } },
      { id: 2, vector: { a: { indices: [], values: [] } } },
      { id: 3, vector: [3, 2, 1] },
    ];
    expect(await askLocal(first, 'PUT', '/collections/c/points', { points })).toMatchObject({ status: 200 });
    first.close();
    const second = await createQdrantLocal({ path });
    const read = await askLocal(second, 'POST', '/collections/c/points', {
      ids: [1, 2, 3],
      with_vector: true,
    });
    expect(read.result).toEqual([
      { id: 1, vector: { '': [1, 2, 3], b: { indices: [2, 5], values: [0.25, 0.5] } } },
      { id: 2, vector: { a: { indices: [], values: [] } } },
      { id: 3, vector: [3, 2, 1] },
    ]);
    const query = { query: { indices: [5], values: [2] }, using: 'b' };
    const { result } = await askLocal(second, 'POST', '/collections/c/points/query', query);
    expect(result).toEqual({ points: [{ id: 1, version: 1, score: Math.log(1 + 0.5 / 1.5) }] });
    second.close();
  });

  it('keep their names apart from those of dense ones', async () => {
    const local = await createQdrantLocal({ path: join(folder.path, 'names.sqlite') });
    for (const sparse of [
      { '': {} },
      { x: {} },
      { y: { modifier: 'bm25' } },
      { y: { index: { datatype: 'uint8' } } },
    ]) {
      const body = { vectors: { x: { size: 2, distance: 'Dot' } }, sparse_vectors: sparse };
      expect(await askLocal(local, 'PUT', '/collections/c', body)).toMatchObject({
        status: 400,
        error: expect.stringContaining('sparse_vectors'),
      });
    }
    local.close();
  });
});
