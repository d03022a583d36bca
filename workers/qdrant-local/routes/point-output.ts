import type { Collection } from '../collection/collection.ts';
import type { Payload } from '../schema/common.ts';
import type { WithPayload, WithVector } from '../schema/vectors.ts';

/** A point as in responses: id, and the requested payload and vectors. */
export function pointOutput(
  collection: Collection,
  slot: number,
  withPayload: WithPayload,
  withVector: WithVector,
) {
  const { id, payload } = collection.points.at(slot);
  return {
    id,
    ...(withPayload ? { payload: shown(payload, withPayload) } : {}),
    ...(withVector ? { vector: vectorsOf(collection, slot, withVector) } : {}),
  };
}

function shown(payload: Payload, wanted: Exclude<WithPayload, null | undefined>): Payload {
  if (wanted === true || wanted === false) return payload;
  const include = Array.isArray(wanted) ? wanted : 'include' in wanted ? wanted.include : undefined;
  const exclude = !Array.isArray(wanted) && 'exclude' in wanted ? wanted.exclude : [];
  return Object.fromEntries(
    Object.entries(payload).filter(([key]) => (include ? include.includes(key) : !exclude.includes(key))),
  );
}

function vectorsOf({ points }: Collection, slot: number, wanted: true | readonly string[]) {
  const named: Record<string, number[]> = {};
  for (const [name, set] of points.vectors) {
    const vector = wanted === true || wanted.includes(name) ? set.get(slot) : undefined;
    if (vector === undefined) continue;
    if (name === '' && points.vectors.size === 1) return [...vector];
    named[name] = [...vector];
  }
  return named;
}
