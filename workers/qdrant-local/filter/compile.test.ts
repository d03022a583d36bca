import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Payload } from '../schema/common.ts';
import { type Condition, type Filter, filterSchema } from '../schema/filter.ts';
import { compileFilter, type FilteredPoint } from './compile.ts';

/** The definition, one condition after the other; `compileFilter` puts conditions together. */
function plain(filter: Filter, point: FilteredPoint): boolean {
  const alone = (condition: Condition): Filter => ({
    must: [condition],
    should: [],
    mustNot: [],
    minShould: undefined,
  });
  const holds = (condition: Condition): boolean =>
    condition.kind === 'filter' ? plain(condition.filter, point) : compileFilter(alone(condition))(point);
  const { must, should, mustNot, minShould } = filter;
  return (
    must.every(holds) &&
    !mustNot.some(holds) &&
    (should.length === 0 || should.some(holds)) &&
    (minShould === undefined || minShould.conditions.filter(holds).length >= minShould.count)
  );
}

const value = fc.constantFrom<unknown>(0, 1, 2, 'a', 'b', true, null, '2026-01-01', '2026-01-02T00:00:00Z');
const values = fc.oneof(value, fc.array(value, { maxLength: 3 }));
const payloads = fc.record(
  { x: values, y: fc.record({ z: values }), list: fc.array(fc.record({ z: values }), { maxLength: 3 }) },
  { requiredKeys: [] },
);
const key = fc.constantFrom('x', 'y.z', 'list[].z', 'list[0].z', 'missing');
const scalar = fc.constantFrom<unknown>(0, 1, 'a', 'b', true);
const texts = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
const test = fc.oneof(
  scalar.map((one) => ({ match: { value: one } })),
  texts.map((any) => ({ match: { any } })),
  texts.map((except) => ({ match: { except } })),
  fc.constantFrom({ range: { gt: 0 } }, { range: { lte: 1 } }, { range: { gte: '2026-01-02' } }),
  fc.constantFrom({ values_count: { gte: 2 } }, { is_empty: true }, { is_empty: false }, { is_null: true }),
);
const leaf = fc.oneof(
  fc.tuple(key, test).map(([at, one]) => ({ key: at, ...one })),
  fc.tuple(key, test, test).map(([at, one, other]) => ({ key: at, ...one, ...other })),
  fc.uniqueArray(fc.constantFrom(1, 2, 3)).map((has_id) => ({ has_id })),
  fc.constant({ has_vector: 'v' }),
  test.map((one) => ({ nested: { key: 'list', filter: { must: [{ key: 'z', ...one }] } } })),
);
const { filters } = fc.letrec<{ filters: object; condition: object }>((tie) => ({
  condition: fc.oneof({ depthSize: 'small' }, leaf, tie('filters')),
  filters: fc.record(
    {
      must: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
      should: fc.array(tie('condition'), { minLength: 1, maxLength: 4 }),
      must_not: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
      min_should: fc.record({
        conditions: fc.array(tie('condition'), { maxLength: 4 }),
        min_count: fc.constantFrom(1, 2),
      }),
    },
    { requiredKeys: [] },
  ),
}));

describe('compileFilter', () => {
  it('lets the same points pass as its conditions one by one', () => {
    let passed = 0;
    fc.assert(
      fc.property(filters, fc.array(payloads, { minLength: 1, maxLength: 8 }), (raw, points) => {
        // `{}` inside another filter is a condition of no kind.
        const parsed = filterSchema.safeParse(raw);
        fc.pre(parsed.success);
        if (!parsed.success) return;
        const passes = compileFilter(parsed.data);
        for (const [at, payload] of points.entries()) {
          const point = { id: at + 1, payload: payload as Payload, hasVector: () => at % 2 === 0 };
          const expected = plain(parsed.data, point);
          expect(passes(point)).toBe(expected);
          if (expected) passed++;
        }
      }),
      { numRuns: 200 },
    );
    expect(passed).toBeGreaterThan(0);
  });

  it('walks a path once for all alternatives at it', () => {
    let reads = 0;
    const counted = new Proxy({} as Record<string, unknown>, {
      getOwnPropertyDescriptor: (_, name) => {
        if (name === 'n') reads++;
        return { value: 7, configurable: true, enumerable: true, writable: true };
      },
      get: () => 7,
    });
    const filter = filterSchema.parse({
      should: Array.from({ length: 200 }, (_, n) =>
        n % 2 === 0 ? { key: 'n', match: { value: 1000 + n } } : { key: 'n', range: { gt: 1000 + n } },
      ),
    });
    expect(compileFilter(filter)({ id: 1, payload: counted, hasVector: () => false })).toBe(false);
    expect(reads).toBe(1);
  });
});
