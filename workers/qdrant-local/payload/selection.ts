import type { Payload } from '../schema/common.ts';
import { isObject, type PayloadPath } from './payload-path.ts';

/** Which parts of a payload an answer contains. */
export type PayloadSelection =
  | { readonly kind: 'include'; readonly paths: readonly PayloadPath[] }
  | { readonly kind: 'exclude'; readonly paths: readonly PayloadPath[] };

/**
 * The selected part of a payload, as Qdrant selects it: every element of an array is at `a[]`. What is included keeps
 * what is above and below it; what is excluded loses what is below it.
 */
export function selected(payload: Payload, { kind, paths }: PayloadSelection): Payload {
  const patterns = paths.map(({ key, steps }) => [
    key,
    ...steps.map((step) => ('key' in step ? step.key : 'all' in step ? ELEMENT : step.index)),
  ]);
  return part(payload, patterns, kind === 'include') as Payload;
}

const ELEMENT = Symbol('any element');
/** Keys, `ELEMENT`, and indexes, which match nothing: elements are not told apart. */
type Pattern = readonly (string | number | symbol)[];

function part(value: unknown, patterns: readonly Pattern[], include: boolean): unknown {
  if (Array.isArray(value)) {
    const below = follow(patterns, ELEMENT, include);
    return below === undefined ? [] : value.map((element) => part(element, below, include));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const below = follow(patterns, key, include);
      return below === undefined ? [] : [[key, part(inner, below, include)]];
    }),
  );
}

/** The patterns that go on below a step; undefined if what is below is left out. */
function follow(
  patterns: readonly Pattern[],
  step: string | symbol,
  include: boolean,
): readonly Pattern[] | undefined {
  const below: Pattern[] = [];
  for (const pattern of patterns) {
    const [head, ...rest] = pattern;
    // A pattern that has ended includes everything below it.
    if (head === undefined) below.push(pattern);
    else if (head === step) below.push(rest);
  }
  if (include) return below.length > 0 ? below : undefined;
  return below.some(({ length }) => length === 0) ? undefined : below;
}
