import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { type FieldValues, PAYLOAD_FIELDS } from '../../../shared/schema/index.ts';
import type { Fields } from '../../../shared/search/ports.ts';
import { collectionError } from './collection-error.ts';
import { fieldKey, qdrantFilter } from './qdrant-filter.ts';
import type { QdrantStore } from './types.ts';

/** Ids or values of one request: what strict mode must allow anyway (docs/qdrant-server.md). */
const AT_ONCE = 1000;

const value = z.union([z.string(), z.number(), z.boolean()]);
const valuesSchema = z.object({
  [PAYLOAD_FIELDS]: z.record(z.string(), z.union([value, z.array(value)])).optional(),
});

/** The declared fields of images, from Qdrant's points. */
export function qdrantFields(
  qdrant: Pick<QdrantStore, 'count' | 'listIds' | 'retrieve'>,
  timeoutMs?: number,
): Fields {
  return {
    count: ({ collection }, filter, { signal, requestId, traceparent }) =>
      qdrant
        .count(collection, { filter: qdrantFilter(filter), signal, requestId, traceparent, timeoutMs })
        .catch(collectionError),

    passing: async ({ collection }, filter, { signal, requestId, traceparent }) => {
      const ids: number[] = [];
      let from: number | undefined;
      do {
        const page = await qdrant
          .listIds(collection, {
            filter: qdrantFilter(filter),
            from,
            limit: AT_ONCE,
            signal,
            requestId,
            traceparent,
            timeoutMs,
          })
          .catch(collectionError);
        // Points of this project have integers as ids.
        ids.push(...page.ids.map(Number));
        from = page.next === null ? undefined : Number(page.next);
      } while (from !== undefined);
      return ids;
    },

    values: async ({ collection }, ids, names, { signal, requestId, traceparent }) => {
      const found: FieldValues[] = [];
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const points = await qdrant
          .retrieve(collection, ids.slice(from, from + AT_ONCE), {
            withPayload: names.map(fieldKey),
            signal,
            requestId,
            traceparent,
            timeoutMs,
          })
          .catch(collectionError);
        for (const { id, payload } of points) {
          const parsed = valuesSchema.safeParse(payload ?? {});
          if (!parsed.success) {
            throw new AppError(
              'recall_unavailable',
              `collection ${collection}: point ${id} has other fields`,
              {
                hint: 'Was the collection written by `gsmn index build`?',
                cause: parsed.error,
              },
            );
          }
          found.push(parsed.data[PAYLOAD_FIELDS] ?? {});
        }
      }
      return found;
    },
  };
}
