import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
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
const byNumber = (a: number, b: number) => a - b;

/** The definition, in float64. */
function plainScore(distance: Distance, query: Float32Array, stored: Float32Array): number {
  const unit = distance === 'Cosine' ? Math.hypot(...query) || 1 : 1;
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

  it('equals brute force in float64, including near ties and odd sizes', () => {
    fc.assert(
      fc.property(cases, (made) => {
        const { set, stored, query, random } = filled(made);
        const share = made.filtered === 'few' ? 0.05 : 0.9;
        const slots =
          made.filtered === 'none'
            ? undefined
            : stored.flatMap((_, slot) => (random() < share ? [slot] : []));
        const found = searchExact(set, query, {
          limit: made.limit,
          tie: byNumber,
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

  it('keeps the order of ids among equal points, also at the end of the page', () => {
    const set = new VectorSet(kernel, 8, 'Cosine', NO_GRAPH);
    set.reserve(1000);
    const vector = storedForm('Cosine', new Float32Array(8).fill(1));
    for (let slot = 999; slot >= 0; slot--) set.set(slot, vector);
    const found = searchExact(set, vector, { limit: 5, tie: byNumber });
    expect(found.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves out what a threshold excludes, and keeps the threshold itself', () => {
    for (const distance of DISTANCES) {
      const set = new VectorSet(kernel, 1, distance, NO_GRAPH);
      set.reserve(400);
      for (let slot = 0; slot < 400; slot++) set.set(slot, Float32Array.of(slot + 1));
      const query = Float32Array.of(1);
      const threshold = distance === 'Dot' ? 390 : distance === 'Cosine' ? 400 : 9;
      const found = searchExact(set, query, {
        limit: 50,
        tie: byNumber,
        leastKey: keyOfThreshold(distance, threshold),
      });
      const slots = distance === 'Dot' ? [399, 389] : distance === 'Cosine' ? [399, 399] : [0, 9];
      expect([found[0]?.slot, found.at(-1)?.slot], distance).toEqual(slots);
    }
  });

  it('spans segments', () => {
    // 65536 dimensions: a segment holds 3072 rows; fewer would not leave the first.
    const set = new VectorSet(kernel, 65_536, 'Dot', NO_GRAPH);
    expect(set.rowsPerSegment).toBe(3072);
    const wide = new VectorSet(kernel, 16, 'Dot', NO_GRAPH);
    Object.defineProperty(wide, 'rowsPerSegment', { value: 256 });
    wide.reserve(1000);
    for (let slot = 0; slot < 1000; slot++) wide.set(slot, new Float32Array(16).fill(slot));
    expect(wide.segments).toHaveLength(4);
    const found = searchExact(wide, new Float32Array(16).fill(1), { limit: 3, tie: byNumber });
    expect(found.map(({ slot, key }) => [slot, key])).toEqual([
      [999, 15_984],
      [998, 15_968],
      [997, 15_952],
    ]);
    expect(wide.get(300)?.[0]).toBe(300);
  });
});
