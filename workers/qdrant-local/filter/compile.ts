import { isObject, type PayloadPath, someElementAt, someValueAt } from '../payload/payload-path.ts';
import type { Payload } from '../schema/common.ts';
import { type Condition, type FieldTest, type Filter, parseInstant, type Scalar } from '../schema/filter.ts';
import type { PointId } from '../schema/point-id.ts';

/** The data of a point that a filter can check. */
export interface FilteredPoint {
  readonly id: PointId;
  readonly payload: Payload;
  hasVector(name: string): boolean;
}

export type Predicate = (point: FilteredPoint) => boolean;

/**
 * Whether a point passes: every `must`, no `must_not`, at least one `should` if there are any, enough of `min_should`.
 * A filter is compiled once for all points: alternatives that look for values at the same path, or for ids, become one
 * look-up in a set.
 */
export function compileFilter({ must, should, mustNot, minShould }: Filter): Predicate {
  const checks: Predicate[] = must.map(compileCondition);
  if (mustNot.length > 0) {
    const refused = anyOf(mustNot);
    checks.push((point) => !refused(point));
  }
  if (should.length > 0) checks.push(anyOf(should));
  if (minShould !== undefined)
    checks.push(atLeast(minShould.count, minShould.conditions.map(compileCondition)));
  const [only] = checks;
  if (checks.length === 1 && only !== undefined) return only;
  return (point) => checks.every((check) => check(point));
}

function atLeast(count: number, checks: readonly Predicate[]): Predicate {
  return (point) => {
    let held = 0;
    return checks.some((check) => check(point) && ++held === count);
  };
}

function anyOf(conditions: readonly Condition[]): Predicate {
  const ids = new Set<PointId>();
  const paths = new Map<string, { readonly path: PayloadPath; readonly tests: FieldTest[] }>();
  const checks: Predicate[] = [];
  for (const condition of conditions) {
    const [test, ...more] = condition.kind === 'field' ? condition.tests : [];
    if (condition.kind === 'ids') {
      for (const id of condition.ids) ids.add(id);
    } else if (condition.kind === 'field' && test !== undefined && more.length === 0) {
      const at = paths.get(condition.path.text) ?? { path: condition.path, tests: [] };
      at.tests.push(test);
      paths.set(condition.path.text, at);
    } else checks.push(compileCondition(condition));
  }
  if (ids.size > 0) checks.unshift(({ id }) => ids.has(id));
  for (const { path, tests } of paths.values()) checks.unshift(...anyTest(tests, path));
  return (point) => checks.some((check) => check(point));
}

/** Alternatives at one path. Those that look at single values walk the path once, and those that look for values are one. */
function anyTest(tests: readonly FieldTest[], path: PayloadPath): Predicate[] {
  const wanted = new Set<Scalar>();
  const passes: ((value: unknown) => boolean)[] = [(value) => wanted.has(value as Scalar)];
  const others: Predicate[] = [];
  for (const test of tests) {
    if (test.kind === 'any') for (const value of test.values) wanted.add(value);
    else if (isValueTest(test)) passes.push(valueTest(test));
    else others.push(predicateOf(test, path));
  }
  const passesOne = (value: unknown): boolean => passes.some((one) => one(value));
  return [({ payload }) => someElementAt(payload, path, passesOne), ...others];
}

function compileCondition(condition: Condition): Predicate {
  switch (condition.kind) {
    case 'field': {
      const tests = condition.tests.map((test) => predicateOf(test, condition.path));
      const [only] = tests;
      if (tests.length === 1 && only !== undefined) return only;
      return (point) => tests.every((test) => test(point));
    }
    case 'ids': {
      const { ids } = condition;
      return ({ id }) => ids.has(id);
    }
    case 'vector': {
      const { name } = condition;
      return (point) => point.hasVector(name);
    }
    case 'filter':
      return compileFilter(condition.filter);
    case 'nested': {
      // The inner filter must hold within one element.
      const { path } = condition;
      const inner = compileFilter(condition.filter);
      return (point) =>
        someElementAt(
          point.payload,
          path,
          (element) =>
            isObject(element) &&
            inner({ id: point.id, payload: element, hasVector: (name) => point.hasVector(name) }),
        );
    }
  }
}

/** Tests that one value, or one element of an array, passes alone. */
type ValueTest = Exclude<FieldTest, { readonly kind: 'count' | 'empty' | 'null' }>;

function isValueTest(test: FieldTest): test is ValueTest {
  return test.kind !== 'count' && test.kind !== 'empty' && test.kind !== 'null';
}

function predicateOf(test: FieldTest, path: PayloadPath): Predicate {
  if (isValueTest(test)) {
    const passes = valueTest(test);
    return ({ payload }) => someElementAt(payload, path, passes);
  }
  if (test.kind === 'count') {
    return ({ payload }) =>
      someValueAt(payload, path, (value) =>
        within(value === null ? 0 : Array.isArray(value) ? value.length : 1, test.bounds),
      );
  }
  // Null: there is a null. Empty: there is nothing but nulls.
  const passes = (value: unknown): boolean => (value === null) === (test.kind === 'null');
  const expected = test.expected === (test.kind === 'null');
  return ({ payload }) => someElementAt(payload, path, passes) === expected;
}

function valueTest(test: ValueTest): (value: unknown) => boolean {
  switch (test.kind) {
    case 'any':
      return (value) => test.values.has(value as Scalar);
    case 'except':
      return (value) => isScalar(value) && !test.values.has(value);
    case 'range':
      return (value) => typeof value === 'number' && within(value, test.bounds);
    case 'datetime':
      return (value) => typeof value === 'string' && within(instantOf(value), test.bounds);
  }
}

/** Days that were read: many points share one, and several conditions of a filter read the same. Times are mostly different. */
const days = new Map<string, number>();
const MOST_DAYS = 1000;
/** Of `2026-01-31`. */
const DAY_LENGTH = 10;

function instantOf(text: string): number {
  if (text.length !== DAY_LENGTH) return parseInstant(text);
  const known = days.get(text);
  if (known !== undefined) return known;
  const instant = parseInstant(text);
  if (days.size === MOST_DAYS) days.clear();
  days.set(text, instant);
  return instant;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Whether a value is within bounds; NaN never is. */
function within(
  value: number,
  {
    lt,
    gt,
    gte,
    lte,
  }: { lt?: number | undefined; gt?: number | undefined; gte?: number | undefined; lte?: number | undefined },
): boolean {
  if (Number.isNaN(value)) return false;
  return (
    (lt === undefined || value < lt) &&
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lte === undefined || value <= lte)
  );
}
