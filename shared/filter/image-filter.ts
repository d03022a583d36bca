import type { FieldValue, FieldValues, ImageFilter, ValueRange } from '../schema/index.ts';

export type { ImageFilter } from '../schema/index.ts';

/** Whether an image with these values passes. */
export function passesFilter(filter: ImageFilter, values: FieldValues): boolean {
  if ('and' in filter) return filter.and.every((part) => passesFilter(part, values));
  if ('or' in filter) return filter.or.some((part) => passesFilter(part, values));
  if ('not' in filter) return !passesFilter(filter.not, values);
  const own = valuesOf(values, filter.field);
  if ('any' in filter) return own.some((value) => filter.any.includes(value));
  if ('range' in filter) return own.some((value) => typeof value === 'number' && within(value, filter.range));
  return own.length > 0;
}

/** The values of a field, none if it has none. */
export function valuesOf(values: FieldValues, field: string): readonly FieldValue[] {
  const own = Object.hasOwn(values, field) ? values[field] : undefined;
  return own === undefined ? [] : Array.isArray(own) ? own : [own as FieldValue];
}

function within(value: number, { gt, gte, lt, lte }: ValueRange): boolean {
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  );
}
