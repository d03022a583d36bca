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
  const unknown = Array.isArray(wanted) ? wanted.find((vector) => !config.vectors.has(vector)) : undefined;
  if (unknown === undefined) return;
  throw new AppError(
    'request_invalid',
    `with_vector: collection ${name} has no vector called ${JSON.stringify(unknown)}`,
  );
}

function vectorsOf({ vectors }: Collection['points'], slot: number, wanted: true | readonly string[]) {
  const named: Record<string, number[]> = {};
  for (const [name, set] of vectors) {
    const vector = wanted === true || wanted.includes(name) ? set.get(slot) : undefined;
    if (vector === undefined) continue;
    if (name === '' && vectors.size === 1) return [...vector];
    named[name] = [...vector];
  }
  return named;
}
