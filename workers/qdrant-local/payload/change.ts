import type { Payload } from '../schema/common.ts';
import { isObject, type PayloadPath } from './payload-path.ts';
import { selected, selectionOf } from './selection.ts';

type Steps = PayloadPath['steps'];

/**
 * Compiles the removal of the values at paths, in their order. Neighbours that name no index are removed in one walk: an
 * index moves the elements behind it, so it has its own place in the order.
 */
export function withoutAll(paths: readonly PayloadPath[]): (payload: Payload) => Payload {
  const removals: ((payload: Payload) => Payload)[] = [];
  let together: PayloadPath[] = [];
  const remove = (): void => {
    if (together.length === 0) return;
    const selection = selectionOf('exclude', together);
    removals.push((payload) => selected(payload, selection));
    together = [];
  };
  for (const path of paths) {
    if (path.steps.some((step) => 'index' in step)) {
      remove();
      removals.push((payload) => without(payload, path));
    } else together.push(path);
  }
  remove();
  return (payload) => removals.reduce((left, removal) => removal(left), payload);
}

/**
 * The payload without the value at a path, as Qdrant deletes it: a key of an object; an element of an array, where the
 * later ones move up; all elements of an array (`a[]`). A path that leads nowhere changes nothing.
 */
export function without(payload: Payload, { key, steps }: PayloadPath): Payload {
  return removed(payload, [{ key }, ...steps]) as Payload;
}

function removed(value: unknown, [step, ...rest]: Steps): unknown {
  if (step === undefined) return value;
  if ('key' in step) {
    if (!isObject(value) || !Object.hasOwn(value, step.key)) return value;
    if (rest.length > 0) return withEntry(value, step.key, removed(value[step.key], rest));
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== step.key));
  }
  if (!Array.isArray(value)) return value;
  const elements: readonly unknown[] = value;
  if ('all' in step) return rest.length > 0 ? elements.map((element) => removed(element, rest)) : [];
  if (step.index >= elements.length) return value;
  return rest.length > 0
    ? elements.with(step.index, removed(elements[step.index], rest))
    : elements.toSpliced(step.index, 1);
}

/** The payload with the entries of another one; null removes an entry, as in Qdrant. */
export function merged(payload: Payload, entries: Payload): Payload {
  return Object.fromEntries(
    [...new Map([...Object.entries(payload), ...Object.entries(entries)])].filter(
      ([key, value]) => value !== null || !Object.hasOwn(entries, key),
    ),
  );
}

/**
 * The payload with the entries merged into the object at a path. As in Qdrant, what is missing on the way or is of
 * another kind is replaced by what the path needs, and an index beyond the end of an array lengthens it with nulls.
 */
export function mergedAt(payload: Payload, { key, steps }: PayloadPath, entries: Payload): Payload {
  return put(payload, [{ key }, ...steps], entries) as Payload;
}

/** The number of objects that `mergedAt` merges into: several if the path goes through all elements of an array. */
export function placesAt(payload: Payload, { key, steps }: PayloadPath): number {
  return places(payload, [{ key }, ...steps]);
}

function places(value: unknown, [step, ...rest]: Steps): number {
  if (step === undefined) return 1;
  if ('key' in step) {
    return places(isObject(value) && Object.hasOwn(value, step.key) ? value[step.key] : null, rest);
  }
  const array: readonly unknown[] = Array.isArray(value) ? value : [];
  if ('all' in step) return array.reduce<number>((sum, element) => sum + places(element, rest), 0);
  return places(step.index < array.length ? array[step.index] : null, rest);
}

function put(value: unknown, [step, ...rest]: Steps, entries: Payload): unknown {
  if (step === undefined) return merged(isObject(value) ? value : {}, entries);
  if ('key' in step) {
    const object = isObject(value) ? value : {};
    return withEntry(
      object,
      step.key,
      put(Object.hasOwn(object, step.key) ? object[step.key] : null, rest, entries),
    );
  }
  const array: readonly unknown[] = Array.isArray(value) ? value : [];
  if ('all' in step) return array.map((element) => put(element, rest, entries));
  const length = Math.max(array.length, step.index + 1);
  return Array.from({ length }, (_, at) => {
    const element = at < array.length ? array[at] : null;
    return at === step.index ? put(element, rest, entries) : element;
  });
}

/** A copy with an entry. Not by a spread with a computed key: `__proto__` is a key like any other. */
function withEntry(object: Payload, key: string, value: unknown): Payload {
  return Object.fromEntries(new Map([...Object.entries(object), [key, value]]));
}
