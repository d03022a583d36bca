import { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import {
  type CallOptions,
  CallPolicy,
  type CallPolicyOptions,
  callHeaders,
  DEFAULT_CALL_POLICY,
} from '../call/call-policy.ts';
import { serviceAddress } from '../call/service-address.ts';
import { notQdrant, qdrantError } from './qdrant-error.ts';
import {
  CAPTION_VECTOR,
  type Point,
  type PointQuery,
  type QdrantStore,
  type RecallAccuracy,
  type StoredPoint,
} from './types.ts';

export interface QdrantStoreOptions extends Partial<CallPolicyOptions> {
  /** e.g. `http://127.0.0.1:6333`. Without a port the default port of the scheme is used; a path is kept as a prefix. */
  readonly url: string;
  readonly apiKey?: string | undefined;
}

const id = z.number().int().nonnegative();
/** Every answer of Qdrant, of any kind. */
const envelopeSchema = z.object({ result: z.unknown(), status: z.unknown(), time: z.number() });
const recalledSchema = z.object({
  points: z.array(z.object({ id, score: z.number(), payload: z.unknown().optional() })),
});
const denseSchema = z.array(z.number());
const termsSchema = z.object({ indices: z.array(id), values: z.array(z.number()) });
const storedSchema = z.object({
  id,
  payload: z.unknown().optional(),
  // The name of the coarse vector is empty.
  vector: z
    .union([denseSchema, z.object({ '': denseSchema, [CAPTION_VECTOR]: termsSchema.optional() })])
    .nullish(),
});
const collectionSchema = z.object({
  status: z.enum(['green', 'yellow', 'grey', 'red']),
  optimizer_status: z.union([z.string(), z.object({ error: z.string() })]),
  points_count: z.number().nullish(),
  indexed_vectors_count: z.number().nullish(),
  config: z.object({
    params: z.object({
      vectors: z.object({ size: z.number(), distance: z.string() }),
      sparse_vectors: z.record(z.string(), z.unknown()).nullish(),
    }),
  }),
});
const collectionsSchema = z.object({ collections: z.array(z.object({ name: z.string() })) });
const countSchema = z.object({ count: z.number() });
const orderedSchema = z.object({ points: z.array(storedSchema) });
const anyId = z.union([id, z.string()]);
const pageSchema = z.object({
  points: z.array(z.object({ id: anyId })),
  next_page_offset: anyId.nullish(),
});

/** Vectors are compared by cosine. */
const DISTANCE = 'Cosine';
/**
 * The graph of a collection that is searched by HNSW: that of qdrant-local, with twice the links of Qdrant's own. They cost memory
 * (about 256 bytes a point instead of 128) and time at the build; what recall does not find, nothing behind it can.
 * What they gain on a Qdrant was not measured.
 */
const HNSW = { m: 32, ef_construct: 128 };

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

  type Answer = { readonly status: number; readonly data?: unknown };

  /** One request: deadline, retries, error mapping, and a check of the result against its schema. */
  function ask<S extends z.ZodType>(
    action: string,
    schema: S,
    send: (init: RequestInit) => Promise<Answer>,
    call: CallOptions = {},
  ): Promise<z.output<S>> {
    return policy.run(async ({ signal }) => {
      const answer = await send({ signal, headers: callHeaders(call) }).catch((error: unknown) => {
        throw qdrantError(error, action, url.host);
      });
      const envelope = envelopeSchema.safeParse(answer.data);
      if (!envelope.success) throw notQdrant(action, url.host, answer.status, envelope.error);
      const result = schema.safeParse(envelope.data.result);
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      // The same request would have the same answer, so this is no failure that passes.
      throw new AppError(
        'format_unsupported',
        `${action} (Qdrant at ${url.host}): unexpected response at ${issue?.path.join('.')}: ${issue?.message}`,
        { hint: 'Was the collection written by `gsmn index build`?', cause: result.error },
      );
    }, call);
  }

  const store: QdrantStore = {
    async recall(collection, query, limit, { filter, exact, beam, payload, among = [], ...call } = {}) {
      const { points } = await ask(
        `query collection ${collection}`,
        recalledSchema,
        (init) =>
          api.queryPoints(
            {
              collection_name: collection,
              ...asked(query, limit, { exact, beam }),
              ...(among.length === 0
                ? {}
                : { prefetch: among.map((one) => asked(one.query, one.limit, { exact, beam })) }),
              with_payload: payload === undefined ? false : [...payload],
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
        const { optimizer_status: optimisers, status } = info;
        return {
          points: info.points_count ?? 0,
          dimensions: info.config.params.vectors.size,
          distance: info.config.params.vectors.distance,
          captions: Object.hasOwn(info.config.params.sparse_vectors ?? {}, CAPTION_VECTOR),
          indexed: info.indexed_vectors_count ?? 0,
          status,
          ...(typeof optimisers === 'string' ? {} : { problem: optimisers.error }),
        };
      } catch (error) {
        if (error instanceof AppError && error.code === 'not_found') return undefined;
        throw error;
      }
    },

    async ensureCollection(collection, dimensions, { captions = false, ...call } = {}) {
      let info = await store.collectionInfo(collection, call);
      if (info === undefined) {
        try {
          await ask(
            `create collection ${collection}`,
            z.literal(true),
            (init) =>
              api.createCollection(
                {
                  collection_name: collection,
                  vectors: { size: dimensions, distance: DISTANCE },
                  hnsw_config: HNSW,
                  ...(captions ? { sparse_vectors: { [CAPTION_VECTOR]: {} } } : {}),
                },
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
      if (info.dimensions !== dimensions || info.distance !== DISTANCE) {
        throw new AppError(
          'conflict',
          `collection ${collection} (Qdrant at ${url.host}) holds vectors of ${info.dimensions} dimensions compared by ${info.distance}, not ${dimensions} by ${DISTANCE}`,
          { hint: 'Delete that collection, or build under another name.' },
        );
      }
      if (captions && !info.captions) {
        throw new AppError(
          'conflict',
          `collection ${collection} (Qdrant at ${url.host}) has no sparse vectors ${CAPTION_VECTOR} for the words of captions`,
          { hint: 'Delete that collection: the next build makes it again.' },
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

    async wakeCollection(collection, call) {
      await ask(
        `wake collection ${collection}`,
        z.boolean(),
        // Settings without a value change nothing, but every change of settings starts the optimisers.
        (init) => api.updateCollection({ collection_name: collection, optimizers_config: {} }, init),
        call,
      );
    },

    async ensurePayloadIndex(collection, key, type, call) {
      await ask(
        `index ${key} in collection ${collection}`,
        z.object({ status: z.literal('completed') }),
        (init) =>
          api.createFieldIndex(
            { collection_name: collection, wait: true, field_name: key, field_schema: type },
            init,
          ),
        call,
      );
    },

    async upsert(collection, points, call) {
      if (points.length === 0) return;
      const body = points.map((point) => ({
        id: point.id,
        vector: vectorsOf(point),
        payload: { ...point.payload },
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

    async retrieve(collection, ids, { withPayload = true, withVector = false, ...call } = {}) {
      if (ids.length === 0) return [];
      const points = await ask(
        `read ${ids.length} points of collection ${collection}`,
        z.array(storedSchema),
        (init) =>
          api.getPoints(
            {
              collection_name: collection,
              ids: [...ids],
              with_payload: typeof withPayload === 'boolean' ? withPayload : [...withPayload],
              with_vector: withVector,
            },
            init,
          ),
        call,
      );
      return points.map(stored);
    },

    async listOrdered(collection, key, { descending, filter, limit, ...call }) {
      const { points } = await ask(
        `list the points of collection ${collection} by ${key}`,
        orderedSchema,
        (init) =>
          api.scrollPoints(
            {
              collection_name: collection,
              order_by: { key, direction: descending ? 'desc' : 'asc' },
              limit,
              with_payload: [key],
              with_vector: false,
              ...(filter ? { filter } : {}),
            },
            init,
          ),
        call,
      );
      return points.map(stored);
    },

    async listIds(collection, { from, limit = 1000, filter, ...call } = {}) {
      const { points, next_page_offset: next } = await ask(
        `list the points of collection ${collection}`,
        pageSchema,
        (init) =>
          api.scrollPoints(
            {
              collection_name: collection,
              limit,
              with_payload: false,
              with_vector: false,
              ...(from === undefined ? {} : { offset: from }),
              ...(filter ? { filter } : {}),
            },
            init,
          ),
        call,
      );
      return { ids: points.map((point) => point.id), next: next ?? null };
    },
  };
  return store;
}

/** A query as Qdrant takes it. Terms are always found exactly. */
function asked(query: PointQuery, limit: number, { exact, beam }: RecallAccuracy) {
  if (typeof query !== 'number' && 'indices' in query) {
    return {
      query: { indices: Array.from(query.indices), values: Array.from(query.values) },
      using: CAPTION_VECTOR,
      limit,
    };
  }
  return {
    query: typeof query === 'number' ? query : [...query],
    limit,
    ...(exact === undefined && beam === undefined ? {} : { params: { exact, hnsw_ef: beam } }),
  };
}

function vectorsOf({ vector, captions }: Point) {
  const coarse = Array.from(vector);
  if (captions === undefined) return coarse;
  return {
    '': coarse,
    [CAPTION_VECTOR]: { indices: Array.from(captions.indices), values: Array.from(captions.values) },
  };
}

function stored({ id: point, payload, vector }: z.output<typeof storedSchema>): StoredPoint {
  if (!vector) return { id: point, payload };
  if (Array.isArray(vector)) return { id: point, payload, vector };
  const { '': coarse, [CAPTION_VECTOR]: captions } = vector;
  return { id: point, payload, vector: coarse, ...(captions ? { captions } : {}) };
}
