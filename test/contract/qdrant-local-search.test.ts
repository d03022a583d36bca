import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Slices } from '../../workers/qdrant-local/scheduling/slices.ts';
import {
  cosineLength,
  type Distance,
  keyOfThreshold,
  scoreOfKey,
  storedForm,
} from '../../workers/qdrant-local/vectors/distance.ts';
import { searchExact } from '../../workers/qdrant-local/vectors/exact-search.ts';
import { loadScanKernel } from '../../workers/qdrant-local/vectors/kernel.ts';
import { VectorSet } from '../../workers/qdrant-local/vectors/vector-set.ts';
import { randomNumbers, seededRandom } from '../support/random.ts';

const DISTANCES = ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const;
const NO_GRAPH = { scanBytes: Number.POSITIVE_INFINITY, onFault: () => undefined };
const unhurried = () => new Slices(new AbortController().signal);

/** The time of a request that is interrupted wherever it can be. */
class Interrupted extends Slices {
  pauses = 0;

  override get due(): boolean {
    return true;
  }

  override pause(): Promise<void> {
    this.pauses++;
    return super.pause();
  }
}

const byNumber = (a: number, b: number) => a - b;

/** The definition, in float64. */
function plainScore(distance: Distance, query: Float32Array, stored: Float32Array): number {
  const unit = distance === 'Cosine' ? cosineLength(query) : 1;
  let sum = 0;
  for (let i = 0; i < query.length; i++) {
    const [a, b] = [(query[i] ?? 0) / unit, stored[i] ?? 0];
    sum += distance === 'Euclid' ? (a - b) ** 2 : distance === 'Manhattan' ? Math.abs(a - b) : a * b;
  }
  return distance === 'Euclid' ? Math.sqrt(sum) : sum;
}

interface Case {
  readonly distance: Distance;
  readonly dimensions: number;
  readonly count: number;
  readonly limit: number;
  readonly seed: number;
  /** Distance of points from a common point: a small one makes all similar, so that rounding decides. */
  readonly spread: number;
  readonly scale: number;
  readonly filtered: 'none' | 'few' | 'many';
}

const cases: fc.Arbitrary<Case> = fc.record({
  distance: fc.constantFrom(...DISTANCES),
  dimensions: fc.constantFrom(1, 2, 15, 16, 17, 64, 100),
  count: fc.integer({ min: 0, max: 700 }),
  limit: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(),
  spread: fc.constantFrom(1, 1e-3, 0),
  scale: fc.constantFrom(1, 1e-20, 1e15),
  filtered: fc.constantFrom('none', 'few', 'many'),
});

describe('exact search', () => {
  let kernel: WebAssembly.Module;
  beforeAll(async () => {
    kernel = await loadScanKernel();
  });

  function filled({ distance, dimensions, count, seed, spread, scale }: Case) {
    const random = seededRandom(seed);
    const set = new VectorSet(kernel, dimensions, distance, NO_GRAPH);
    const centre = randomNumbers(random, dimensions, scale);
    const near = () => centre.map((value) => value + spread * scale * (2 * random() - 1));
    const stored: (Float32Array | undefined)[] = [];
    for (let slot = 0; slot < count; slot++) {
      // One by one, as points arrive: growing must keep existing points.
      set.reserve(slot + 1);
      const vector = random() < 0.02 ? new Float32Array(dimensions) : near();
      stored.push(storedForm(distance, vector));
      set.set(slot, storedForm(distance, vector));
    }
    for (let slot = 0; slot < count; slot += 7) {
      set.clear(slot);
      stored[slot] = undefined;
    }
    return { set, stored, query: near(), random };
  }

  it('equals brute force in float64, including near ties and odd sizes', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (made) => {
        const { set, stored, query, random } = filled(made);
        const share = made.filtered === 'few' ? 0.05 : 0.9;
        const slots =
          made.filtered === 'none'
            ? undefined
            : stored.flatMap((_, slot) => (random() < share ? [slot] : []));
        const found = await searchExact(set, query, {
          limit: made.limit,
          tie: byNumber,
          slices: unhurried(),
          ...(slots ? { slots: Int32Array.from(slots) } : {}),
        });
        const sign = made.distance === 'Euclid' || made.distance === 'Manhattan' ? 1 : -1;
        const expected = stored
          .flatMap((vector, slot) =>
            vector && (slots === undefined || slots.includes(slot))
              ? [{ slot, score: plainScore(made.distance, query, vector) }]
              : [],
          )
          .sort((a, b) => sign * (a.score - b.score) || a.slot - b.slot);
        expect(found.length).toBe(Math.min(made.limit, expected.length));
        // Sums in another order differ in their last digits, so equal points may be exchanged: scores must agree.
        const size = Math.max(
          1e-300,
          ...expected.map(({ score }) => Math.abs(score)),
          bulk(made, query, stored),
        );
        for (const [at, { slot, key }] of found.entries()) {
          const score = scoreOfKey(made.distance, key);
          const tolerance = (made.distance === 'Euclid' ? 1e-7 : 1e-12) * size;
          expect(Math.abs(score - (expected[at]?.score ?? Number.NaN))).toBeLessThanOrEqual(tolerance);
          const own = stored[slot];
          expect(own && Math.abs(plainScore(made.distance, query, own) - score)).toBeLessThanOrEqual(
            tolerance,
          );
        }
        expect(new Set(found.map(({ slot }) => slot)).size).toBe(found.length);
      }),
      { numRuns: 150 },
    );
  });

  /** Size of the terms of the sum of a score, which its rounding is relative to. */
  function bulk(
    { distance }: Case,
    query: Float32Array,
    stored: readonly (Float32Array | undefined)[],
  ): number {
    if (distance === 'Cosine') return 1;
    const most = Math.max(0, ...stored.map((vector) => (vector ? Math.hypot(...vector) : 0)));
    return distance === 'Dot' ? most * Math.hypot(...query) : most + Math.hypot(...query);
  }

  it('keeps the order of ids among equal points, also at the end of the page', async () => {
    const set = new VectorSet(kernel, 8, 'Cosine', NO_GRAPH);
    set.reserve(1000);
    const vector = storedForm('Cosine', new Float32Array(8).fill(1));
    for (let slot = 999; slot >= 0; slot--) set.set(slot, vector);
    const found = await searchExact(set, vector, { limit: 5, tie: byNumber, slices: unhurried() });
    expect(found.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves out what a threshold excludes, and keeps the threshold itself', async () => {
    for (const distance of DISTANCES) {
      const set = new VectorSet(kernel, 1, distance, NO_GRAPH);
      set.reserve(400);
      for (let slot = 0; slot < 400; slot++) set.set(slot, Float32Array.of(slot + 1));
      const query = Float32Array.of(1);
      const threshold = distance === 'Dot' ? 390 : distance === 'Cosine' ? 400 : 9;
      const found = await searchExact(set, query, {
        limit: 50,
        slices: unhurried(),
        tie: byNumber,
        leastKey: keyOfThreshold(distance, threshold),
      });
      const slots = distance === 'Dot' ? [399, 389] : distance === 'Cosine' ? [399, 399] : [0, 9];
      expect([found[0]?.slot, found.at(-1)?.slot], distance).toEqual(slots);
    }
  });

  it('spans segments', async () => {
    // 65536 dimensions: a segment holds 3072 rows; fewer would not leave the first.
    const set = new VectorSet(kernel, 65_536, 'Dot', NO_GRAPH);
    expect(set.rowsPerSegment).toBe(3072);
    const wide = new VectorSet(kernel, 16, 'Dot', NO_GRAPH);
    Object.defineProperty(wide, 'rowsPerSegment', { value: 256 });
    wide.reserve(1000);
    for (let slot = 0; slot < 1000; slot++) wide.set(slot, new Float32Array(16).fill(slot));
    expect(wide.segments).toHaveLength(4);
    const query = new Float32Array(16).fill(1);
    const found = await searchExact(wide, query, { limit: 3, tie: byNumber, slices: unhurried() });
    expect(found.map(({ slot, key }) => [slot, key])).toEqual([
      [999, 15_984],
      [998, 15_968],
      [997, 15_952],
    ]);
    expect(wide.get(300)?.[0]).toBe(300);
  });

  it.each(DISTANCES)('is not disturbed by other searches between its slices: %s', async (distance) => {
    const made = {
      distance,
      dimensions: 17,
      count: 700,
      limit: 10,
      spread: 1,
      scale: 1,
      filtered: 'none',
    } as const;
    const { set, query, random } = filled({ ...made, seed: 5 });
    const queries = [query, ...Array.from({ length: 3 }, () => randomNumbers(random, 17))];
    const search = (by: Float32Array, slices: Slices) =>
      searchExact(set, by, { limit: 10, tie: byNumber, slices });
    const alone: unknown[] = [];
    for (const by of queries) alone.push(await search(by, unhurried()));
    const slices = queries.map(() => new Interrupted(new AbortController().signal));
    const together = await Promise.all(queries.map((by, at) => search(by, slices[at] ?? unhurried())));
    expect(together).toEqual(alone);
    expect(Math.min(...slices.map(({ pauses }) => pauses))).toBeGreaterThan(2);
  });

  it('ends between two slices when the request is aborted', async () => {
    const { set, query } = filled({
      distance: 'Manhattan',
      dimensions: 16,
      count: 700,
      limit: 10,
      seed: 5,
      spread: 1,
      scale: 1,
      filtered: 'none',
    });
    const slices = new Interrupted(AbortSignal.abort(new Error('gone')));
    const search = searchExact(set, query, { limit: 10, tie: byNumber, slices });
    await expect(search).rejects.toThrow('gone');
    expect(slices.pauses).toBe(1);
  });

  it('does not make a unit vector of one that is too short to have a direction', async () => {
    const set = new VectorSet(kernel, 2, 'Cosine', NO_GRAPH);
    set.reserve(3);
    for (const [slot, values] of [
      [1e-40, 0],
      [1e-5, 1e-5],
      [1e-3, 0],
    ].entries())
      set.set(slot, storedForm('Cosine', Float32Array.from(values)));
    const scores = async (query: number[]) => {
      const slices = unhurried();
      const found = await searchExact(set, Float32Array.from(query), { limit: 3, tie: byNumber, slices });
      return new Map(found.map(({ slot, key }) => [slot, key]));
    };
    const found = await scores([1, 0]);
    expect(found.get(0)).toBeCloseTo(0, 12);
    expect(found.get(1)).toBeCloseTo(1e-5, 9);
    expect(found.get(2)).toBeCloseTo(1, 6);
    // A query is treated alike.
    expect((await scores([1e-40, 0])).get(2)).toBeCloseTo(0, 12);
  });
});
