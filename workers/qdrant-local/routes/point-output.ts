import { AppError } from '../../../shared/errors/index.ts';
import type { Collection } from '../collection/collection.ts';
import { selected } from '../payload/selection.ts';
import type { WithPayload, WithVector } from '../schema/vectors.ts';

/**
 * A point as in responses: id, and the requested payload and vectors. Vectors are functions for `printJson`: as numbers
 * those of many points would need many times their memory.
 */
export function pointOutput(
  { points }: Collection,
  slot: number,
  withPayload: WithPayload | null | undefined,
  withVector: WithVector,
) {
  const { id, payload } = points.at(slot);
  return {
    id,
    ...(withPayload ? { payload: withPayload === true ? payload : selected(payload, withPayload) } : {}),
    ...(withVector ? { vector: () => vectorsOf(points, slot, withVector) } : {}),
  };
}

/** Checks that the requested vectors exist in the collection. */
export function assertVectorNames({ name, config }: Collection, wanted: WithVector): void {
  const unknown = Array.isArray(wanted)
    ? wanted.find((vector) => !config.vectors.has(vector) && !config.sparse.has(vector))
    : undefined;
  if (unknown === undefined) return;
  throw new AppError(
    'request_invalid',
    `with_vector: collection ${name} has no vector called ${JSON.stringify(unknown)}`,
  );
}

function vectorsOf(
  { vectors, sparse }: Collection['points'],
  slot: number,
  wanted: true | readonly string[],
) {
  const isWanted = (name: string): boolean => wanted === true || wanted.includes(name);
  const named: Record<string, number[] | { indices: number[]; values: number[] }> = {};
  for (const [name, set] of sparse) {
    const vector = isWanted(name) ? set.get(slot) : undefined;
    if (vector !== undefined) named[name] = { indices: [...vector.indices], values: [...vector.values] };
  }
  const isAlone = Object.keys(named).length === 0 && vectors.size === 1;
  for (const [name, set] of vectors) {
    const vector = isWanted(name) ? set.get(slot) : undefined;
    if (vector === undefined) continue;
    if (name === '' && isAlone) return [...vector];
    named[name] = [...vector];
  }
  return named;
}
