import { AppError } from '../errors/index.ts';
import type { DeclaredField, FieldValue, FieldValues } from '../schema/index.ts';
import { valuesOf } from './image-filter.ts';

/** How often a value occurs. */
export interface FacetCount {
  readonly value: FieldValue;
  /** Images that have it. */
  readonly count: number;
}

/** Values of a field that are named, the most frequent ones. */
const MOST = 20;

/** Counts the values of a field among some images; the most frequent first, equal ones by value. */
export function countFacet(field: string, images: Iterable<FieldValues>): FacetCount[] {
  const counts = new Map<FieldValue, number>();
  for (const values of images) {
    for (const value of valuesOf(values, field)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
    .slice(0, MOST);
}

/** @throws AppError `request_invalid` for a field whose values rarely repeat. */
export function assertCountable(name: string, { type }: DeclaredField): void {
  if (type !== 'date' && type !== 'number') return;
  throw new AppError('request_invalid', `facets: ${name} is of type ${type}, whose values rarely repeat.`, {
    hint: 'Count fields of type keyword, integer or boolean.',
  });
}
