import { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import type { CallOptions } from '../call/call-policy.ts';
import { CallPolicy, type CallPolicyOptions, DEFAULT_CALL_POLICY } from '../call/call-policy.ts';
import { serviceAddress } from '../call/service-address.ts';
import { qdrantError } from './qdrant-error.ts';
import type { QdrantStore, StoredPoint } from './types.ts';

export interface QdrantStoreOptions extends Partial<CallPolicyOptions> {
  /** e.g. `http://127.0.0.1:6333`. Without a port the default port of the scheme is used; a path is kept as a prefix. */
  readonly url: string;
  readonly apiKey?: string | undefined;
}

const id = z.number().int().nonnegative();
const recalledSchema = z.object({ points: z.array(z.object({ id, score: z.number() })) });
const storedSchema = z.object({ id, payload: z.unknown(), vector: z.array(z.number()).nullish() });
const collectionSchema = z.object({
  points_count: z.number().nullish(),
  config: z.object({ params: z.object({ vectors: z.object({ size: z.number() }) }) }),
});
const collectionsSchema = z.object({ collections: z.array(z.object({ name: z.string() })) });
const aliasesSchema = z.object({
  aliases: z.array(z.object({ alias_name: z.string(), collection_name: z.string() })),
});
const countSchema = z.object({ count: z.number() });
const pageSchema = z.object({ points: z.array(storedSchema), next_page_offset: id.nullish() });

/** Qdrant over REST, in Node and in workerd. Nothing is sent before the first call. */
export function createQdrantStore(options: QdrantStoreOptions): QdrantStore {
  const url = serviceAddress(options.url, 'a Qdrant', '--qdrant, QDRANT_URL');
  const policy = new CallPolicy('Qdrant', 'recall_unavailable', { ...DEFAULT_CALL_POLICY, ...options });
  const api = new QdrantClient({
    url: url.origin,
    port: null,
    ...(url.pathname === '/' ? {} : { prefix: url.pathname.replace(/\/+$/, '') }),
    headers: {
      // Unpacking an answer in gzip stalls Node's fetch for tens of milliseconds.
      'accept-encoding': 'identity',
      // As a header, because `apiKey` prints a warning on the console for every address on loopback.
      ...(options.apiKey ? { 'api-key': options.apiKey } : {}),
    },
    checkCompatibility: false,
    // We have our own deadlines; without its own timer the client passes our signal on to fetch.
    timeout: Number.POSITIVE_INFINITY,
  }).api();

  type Answer = { readonly data: { readonly result?: unknown } };

  /** One request: deadline, retries, error mapping, and a check of the result against its schema. */
  function ask<S extends z.ZodType>(
    action: string,
    schema: S,
    send: (init: RequestInit) => Promise<Answer>,
    call: CallOptions = {},
  ): Promise<z.output<S>> {
    return policy.run(async ({ signal }) => {
      const headers = call.requestId ? { headers: { 'x-request-id': call.requestId } } : {};
      const answer = await send({ signal, ...headers }).catch((error: unknown) => {
        throw qdrantError(error, action, url.host);
      });
      const result = schema.safeParse(answer.data?.result);
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      throw new AppError(
        'recall_unavailable',
        `${action} (Qdrant at ${url.host}): unexpected response at ${issue?.path.join('.')}: ${issue?.message}`,
        { hint: 'Was the collection written by `gsmn index build`?', cause: result.error },
      );
    }, call);
  }

  const store: QdrantStore = {
    async recall(collection, vector, limit, { filter, exact, beam, ...call } = {}) {
      const { points } = await ask(
        `query collection ${collection}`,
        recalledSchema,
        (init) =>
          api.queryPoints(
            {
              collection_name: collection,
              query: [...vector],
              limit,
              with_payload: false,
              ...(exact === undefined && beam === undefined ? {} : { params: { exact, hnsw_ef: beam } }),
              ...(filter ? { filter } : {}),
            },
            init,
          ),
        call,
      );
      return points;
    },

    async listCollections(call) {
      const { collections } = await ask(
        'list collections',
        collectionsSchema,
        (init) => api.getCollections({}, init),
        call,
      );
      return collections.map(({ name }) => name);
    },

    async collectionInfo(collection, call) {
      try {
        const info = await ask(
          `read collection ${collection}`,
          collectionSchema,
          (init) => api.getCollection({ collection_name: collection }, init),
          call,
        );
        return { points: info.points_count ?? 0, dimensions: info.config.params.vectors.size };
      } catch (error) {
        if (error instanceof AppError && error.code === 'not_found') return undefined;
        throw error;
      }
    },

    async ensureCollection(collection, dimensions, call) {
      let info = await store.collectionInfo(collection, call);
      if (info === undefined) {
        try {
          await ask(
            `create collection ${collection}`,
            z.literal(true),
            (init) =>
              api.createCollection(
                { collection_name: collection, vectors: { size: dimensions, distance: 'Cosine' } },
                init,
              ),
            call,
          );
          return;
        } catch (error) {
          // Someone else, or our own repeated attempt, created it first.
          info = await store.collectionInfo(collection, call);
          if (info === undefined) throw error;
        }
      }
      if (info.dimensions !== dimensions) {
        throw new AppError(
          'conflict',
          `collection ${collection} (Qdrant at ${url.host}) holds vectors of ${info.dimensions} dimensions, not ${dimensions}`,
          { hint: 'Delete that collection, or build under another name.' },
        );
      }
    },

    async deleteCollection(collection, call) {
      return ask(
        `delete collection ${collection}`,
        z.boolean(),
        (init) => api.deleteCollection({ collection_name: collection }, init),
        call,
      );
    },

    async listAliases(call) {
      const { aliases } = await ask(
        'list aliases',
        aliasesSchema,
        (init) => api.getCollectionsAliases({}, init),
        call,
      );
      return new Map(aliases.map((entry) => [entry.alias_name, entry.collection_name]));
    },

    async switchAliases(changes, call) {
      const present = await store.listAliases(call);
      const actions = changes.flatMap(({ alias, collection }) => [
        ...(present.has(alias) ? [{ delete_alias: { alias_name: alias } }] : []),
        ...(collection === null
          ? []
          : [{ create_alias: { alias_name: alias, collection_name: collection } }]),
      ]);
      if (actions.length === 0) return;
      await ask('switch aliases', z.literal(true), (init) => api.updateAliases({ actions }, init), call);
    },

    async upsert(collection, points, call) {
      if (points.length === 0) return;
      const body = points.map(({ id: point, vector, payload }) => ({
        id: point,
        vector: Array.from(vector),
        payload: { ...payload },
      }));
      await ask(
        `write ${points.length} points to collection ${collection}`,
        z.object({ status: z.literal('completed') }),
        (init) => api.upsertPoints({ collection_name: collection, wait: true, points: body }, init),
        call,
      );
    },

    async deletePoints(collection, ids, call) {
      if (ids.length === 0) return;
      await ask(
        `delete ${ids.length} points of collection ${collection}`,
        z.object({ status: z.literal('completed') }),
        (init) => api.deletePoints({ collection_name: collection, wait: true, points: [...ids] }, init),
        call,
      );
    },

    async count(collection, { filter, ...call } = {}) {
      const { count } = await ask(
        `count collection ${collection}`,
        countSchema,
        (init) =>
          api.countPoints({ collection_name: collection, exact: true, ...(filter ? { filter } : {}) }, init),
        call,
      );
      return count;
    },

    async retrieve(collection, ids, { withVector = false, ...call } = {}) {
      if (ids.length === 0) return [];
      const points = await ask(
        `read ${ids.length} points of collection ${collection}`,
        z.array(storedSchema),
        (init) =>
          api.getPoints(
            { collection_name: collection, ids: [...ids], with_payload: true, with_vector: withVector },
            init,
          ),
        call,
      );
      return points.map(stored);
    },

    async *scroll(collection, { page = 256, filter, withVector = false, ...call } = {}) {
      let offset: number | null | undefined;
      do {
        const from = offset;
        const answer = await ask(
          `scroll collection ${collection}`,
          pageSchema,
          (init) =>
            api.scrollPoints(
              {
                collection_name: collection,
                limit: page,
                with_payload: true,
                with_vector: withVector,
                ...(from == null ? {} : { offset: from }),
                ...(filter ? { filter } : {}),
              },
              init,
            ),
          call,
        );
        if (answer.points.length > 0) yield answer.points.map(stored);
        offset = answer.next_page_offset;
      } while (offset != null);
    },
  };
  return store;
}

function stored(point: z.output<typeof storedSchema>): StoredPoint {
  return { id: point.id, payload: point.payload, ...(point.vector ? { vector: point.vector } : {}) };
}
