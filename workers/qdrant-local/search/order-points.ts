import { AppError } from '../../../shared/errors/index.ts';
import { BestScores } from '../../../shared/retrieval/best-scores.ts';
import type { Collection } from '../collection/collection.ts';
import { someElementAt } from '../payload/payload-path.ts';
import type { Slices } from '../scheduling/slices.ts';
import { type Filter, parseInstant } from '../schema/filter.ts';
import type { OrderBy } from '../schema/order-by.ts';

/** The types whose values have an order. */
const ORDERED: ReadonlySet<string> = new Set(['integer', 'float', 'datetime']);

/**
 * Slots of the points that pass the filter, by a number or date of their payloads; at most `limit`. As in Qdrant a point without a value
 * is left out, and one with several is there several times. Equal values are in the order of ids.
 *
 * @throws AppError `request_invalid` for a key without an index, as Qdrant.
 */
export async function orderedSlots(
  { points, indexes }: Pick<Collection, 'points' | 'indexes'>,
  { path, descending }: OrderBy,
  { limit, filter }: { readonly limit: number; readonly filter: Filter | undefined },
  slices: Slices,
): Promise<number[]> {
  if (!ORDERED.has(indexes.get(path.text) ?? '')) {
    throw new AppError(
      'request_invalid',
      `no range index for order_by key ${path.text}; make one of type integer, float or datetime`,
    );
  }
  const best = new BestScores(limit);
  const kept: number[] = [];
  let found = 0;
  for await (const slot of points.inOrder(undefined, filter, slices)) {
    someElementAt(points.at(slot).payload, path, (value) => {
      const number = typeof value === 'string' ? parseInstant(value) : Number(value);
      if (typeof value === 'string' || typeof value === 'number') {
        const place = best.offer(found++, descending ? number : -number);
        if (place !== undefined) kept[place] = slot;
      }
      return false;
    });
  }
  return best.ranked().map(({ slot }) => kept[slot] as number);
}
