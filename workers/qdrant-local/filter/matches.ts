import type { Payload } from '../schema/common.ts';
import { type Condition, type FieldTest, type Filter, parseInstant, type Scalar } from '../schema/filter.ts';
import type { PointId } from '../schema/point-id.ts';
import { elementsAt, type PayloadPath, valuesAt } from './payload-path.ts';

/** The data of a point that a filter can check. */
export interface FilteredPoint {
  readonly id: PointId;
  readonly payload: Payload;
  hasVector(name: string): boolean;
}

/** Whether a point passes: every `must`, no `must_not`, at least one `should` if there are any, enough of `min_should`. */
export function matches(filter: Filter, point: FilteredPoint): boolean {
  const holds = (condition: Condition) => fulfils(condition, point);
  return (
    filter.must.every(holds) &&
    !filter.mustNot.some(holds) &&
    (filter.should.length === 0 || filter.should.some(holds)) &&
    (filter.minShould === undefined ||
      filter.minShould.conditions.filter(holds).length >= filter.minShould.count)
  );
}

function fulfils(condition: Condition, point: FilteredPoint): boolean {
  switch (condition.kind) {
    case 'field':
      return condition.tests.every((test) => passes(test, point.payload, condition.path));
    case 'ids':
      return condition.ids.has(point.id);
    case 'vector':
      return point.hasVector(condition.name);
    case 'filter':
      return matches(condition.filter, point);
    case 'nested':
      // The inner filter must hold within one element.
      return elementsAt(point.payload, condition.path).some(
        (element) =>
          typeof element === 'object' &&
          element !== null &&
          !Array.isArray(element) &&
          matches(condition.filter, {
            id: point.id,
            payload: element as Payload,
            hasVector: (name) => point.hasVector(name),
          }),
      );
  }
}

function passes(test: FieldTest, payload: Payload, path: PayloadPath): boolean {
  switch (test.kind) {
    case 'any':
      return elementsAt(payload, path).some((value) => test.values.has(value as Scalar));
    case 'except':
      return elementsAt(payload, path).some((value) => isScalar(value) && !test.values.has(value));
    case 'range':
      return elementsAt(payload, path).some(
        (value) => typeof value === 'number' && within(value, test.bounds),
      );
    case 'datetime':
      return elementsAt(payload, path).some(
        (value) => typeof value === 'string' && within(parseInstant(value), test.bounds),
      );
    case 'count': {
      const values = valuesAt(payload, path);
      return values.some((value) =>
        within(value === null ? 0 : Array.isArray(value) ? value.length : 1, test.bounds),
      );
    }
    case 'empty':
      return test.expected === elementsAt(payload, path).every((value) => value === null);
    case 'null':
      return test.expected === elementsAt(payload, path).some((value) => value === null);
  }
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** False for NaN, unless nothing is required. */
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
