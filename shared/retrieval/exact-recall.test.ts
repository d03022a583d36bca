import { describe, expect, it } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { exactRecall, type VectorRows, vectorRows } from './exact-recall.ts';

const SEED = 20261205;

/** All vectors by their plain float64 products, sorted. */
function plainSort(data: Float32Array, query: Float32Array, among?: readonly number[]) {
  const d = query.length;
  return Array.from({ length: data.length / d }, (_, id) => ({
    id,
    coarse: query.reduce((sum, value, k) => sum + value * (data[id * d + k] ?? Number.NaN), 0),
  }))
    .filter(({ id }) => among === undefined || among.includes(id))
    .sort((a, b) => b.coarse - a.coarse || a.id - b.id);
}

describe(`exact recall (seed ${SEED})`, () => {
  const random = seededRandom(SEED);

  it.each([
    [1, 1],
    [3, 2],
    [4, 16],
    [97, 5],
    [500, 32],
    [1001, 7],
  ])('finds what a plain sort of %i vectors of %i dimensions finds', async (count, dimensions) => {
    const data = randomNumbers(random, count * dimensions);
    for (const limit of [1, 10, count, 2 * count]) {
      const query = randomNumbers(random, dimensions);
      const found = await exactRecall(vectorRows(data, dimensions), query, { limit });
      expect(found).toEqual(plainSort(data, query).slice(0, limit));
    }
  });

  it('finds only allowed ordinals, in any order and with repetitions', async () => {
    const data = randomNumbers(random, 200 * 6);
    const query = randomNumbers(random, 6);
    for (const size of [0, 1, 30, 200]) {
      const among = Array.from({ length: size }, () => Math.floor(random() * 200));
      const found = await exactRecall(vectorRows(data, 6), query, { limit: 20, among });
      expect(found).toEqual(plainSort(data, query, among).slice(0, 20));
    }
  });

  it('orders equal cosines by ordinal', async () => {
    // Only three directions: most cosines occur many times.
    const data = Float32Array.from({ length: 300 }, (_, at) => (Math.floor(at / 3) % 3 === at % 3 ? 1 : 0));
    const query = Float32Array.of(0.6, 0.8, 0.6);
    const found = await exactRecall(vectorRows(data, 3), query, { limit: 50 });
    expect(found).toEqual(plainSort(data, query).slice(0, 50));
    expect(found.slice(0, 3).map(({ id }) => id)).toEqual([1, 4, 7]);
  });

  describe('of more vectors than a slice', () => {
    const [count, dimensions] = [3000, 1024];
    const data = randomNumbers(random, count * dimensions);
    const query = randomNumbers(random, dimensions);
    const asked: [from: number, to: number][] = [];
    const stored: VectorRows = {
      count,
      dimensions,
      read: async (from, to) => {
        asked.push([from, to]);
        return data.slice(from * dimensions, to * dimensions);
      },
    };

    it('reads every vector once, and yields between slices', async () => {
      asked.length = 0;
      const events: string[] = [];
      const heard: VectorRows = {
        ...stored,
        read: (from, to) => {
          events.push('read');
          setImmediate(() => events.push('turn of another'));
          return stored.read(from, to);
        },
      };
      const found = await exactRecall(heard, query, { limit: 25 });
      expect(found).toEqual(plainSort(data, query).slice(0, 25));
      expect(asked).toEqual([
        [0, 2048],
        [2048, 3000],
      ]);
      expect(events).toEqual(['read', 'turn of another', 'read']);
    });

    it('does not read slices without an allowed ordinal', async () => {
      asked.length = 0;
      const found = await exactRecall(stored, query, { limit: 25, among: [2999, 2500] });
      expect(found.map(({ id }) => id).sort((one, other) => one - other)).toEqual([2500, 2999]);
      expect(asked).toEqual([[2048, 3000]]);
    });

    it('stops when no request waits for it any more', async () => {
      asked.length = 0;
      const controller = new AbortController();
      const reading: VectorRows = {
        ...stored,
        read: (from, to) => {
          controller.abort();
          return stored.read(from, to);
        },
      };
      const work = exactRecall(reading, query, { limit: 3, signal: controller.signal });
      expect(await errorCode(work)).toBe('cancelled');
      expect(asked).toEqual([[0, 2048]]);
    });
  });

  it('finds nothing among no vectors', async () => {
    const none = vectorRows(new Float32Array(), 3);
    expect(await exactRecall(none, new Float32Array(3), { limit: 5 })).toEqual([]);
  });

  it('refuses a query with a wrong length, and ordinals that do not exist', async () => {
    const vectors = vectorRows(new Float32Array(6), 3);
    const query = new Float32Array(3);
    expect(await errorCode(exactRecall(vectors, new Float32Array(2), { limit: 5 }))).toBe('shape_mismatch');
    for (const id of [-1, 2, 0.5, Number.NaN])
      expect(await errorCode(exactRecall(vectors, query, { limit: 5, among: [0, id] }))).toBe(
        'argument_invalid',
      );
  });
});
