import type { Schemas } from '@qdrant/js-client-rest';
import type { ImageFilter } from '../../../shared/filter/image-filter.ts';
import { type FieldValue, PAYLOAD_FIELDS } from '../../../shared/schema/index.ts';
import type { QdrantFilter } from './types.ts';

type Condition = Schemas['Condition'];

/** Where a point's payload has the values of a declared field. */
export function fieldKey(field: string): string {
  return `${PAYLOAD_FIELDS}.${field}`;
}

/** A filter in Qdrant's language. Only here are filters translated. */
export function qdrantFilter(filter: ImageFilter): QdrantFilter {
  return { must: [condition(filter)] };
}

function condition(filter: ImageFilter): Condition {
  if ('and' in filter) return { must: filter.and.map(condition) };
  if ('or' in filter) return { should: filter.or.map(condition) };
  if ('not' in filter) return { must_not: [condition(filter.not)] };
  const key = fieldKey(filter.field);
  if ('any' in filter) return anyOf(key, filter.any);
  if ('range' in filter) return { key, range: { ...filter.range } };
  return { must_not: [{ is_empty: { key } }] };
}

/** Qdrant takes a list of texts or of integers, and truth values one by one. */
function anyOf(key: string, values: readonly FieldValue[]): Condition {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return { key, match: { value: only } };
  if (values.every((value) => typeof value === 'string')) return { key, match: { any: [...values] } };
  if (values.every((value) => typeof value === 'number')) return { key, match: { any: [...values] } };
  return { should: values.map((value) => ({ key, match: { value } })) };
}
