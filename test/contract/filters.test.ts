import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageFilter, passesFilter } from '../../shared/filter/image-filter.ts';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { openImagePayloads } from '../../shared/generation/image-payloads.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import { exactRecall as nearestOf, vectorRows } from '../../shared/retrieval/exact-recall.ts';
import type { FieldValues, GenerationManifest } from '../../shared/schema/index.ts';
import { exactRecall } from '../../shared/search/exact-recall.ts';
import { localFields } from '../../shared/search/local-fields.ts';
import type { EncodedQuery, Fields, Recall } from '../../shared/search/ports.ts';
import {
  createQdrantStore,
  fieldKey,
  type Place,
  type QdrantStore,
  qdrantBrowse,
  qdrantFields,
  qdrantRecall,
} from '../../workers/clients/index.ts';
import { seededRandom } from '../support/random.ts';
import { testServers } from './qdrant-server.ts';

const IMAGES = 60;
const DIMENSIONS = 4;
const TYPES = { year: 'integer', place: 'keyword', tag: 'keyword', score: 'float', draft: 'bool' } as const;

const random = seededRandom(5);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
const PLACES = ['Rome', 'Oslo', 'say "hi"', ''];
const IMAGE_FIELDS: readonly FieldValues[] = Array.from({ length: IMAGES }, () => ({
  ...(random() < 0.8 ? { year: pick([-5, 2018, 2019, 2020]) } : {}),
  ...(random() < 0.8 ? { place: pick(PLACES) } : {}),
  ...(random() < 0.7 ? { tag: [...new Set([pick(['sea', 'beach', 'dog']), pick(['sea', 'cat'])])] } : {}),
  ...(random() < 0.7 ? { score: pick([0, 1.5, 2, 1e12]) } : {}),
  ...(random() < 0.6 ? { draft: random() < 0.5 } : {}),
}));
const VECTORS = Array.from({ length: IMAGES }, () =>
  unit(Array.from({ length: DIMENSIONS }, () => random() - 0.5)),
);
const PAYLOADS = IMAGE_FIELDS.map((fields, id) => ({
  name: `${id}.png`,
  width: 4,
  height: 3,
  captions: [],
  fields,
}));

function unit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => value / length);
}

const query = {
  collection: '',
  images: IMAGES,
  coarse: unit([1, 2, 3, 4]),
} as unknown as EncodedQuery;

/** What answers a filter: a query of its collection, and both ports. */
interface Implementation {
  readonly query: EncodedQuery;
  readonly fields: Fields;
  readonly recall: Recall;
  close(): Promise<void>;
}

/** The generation's files, without a database. */
async function inThisProcess(): Promise<Implementation> {
  const manifest = {
    id: 'g',
    images: { count: IMAGES, regions: 1 },
    files: [{ path: GENERATION_PATHS.imagePayloads, bytes: 1, sha256: '' }],
  } as unknown as GenerationManifest;
  const text = PAYLOADS.map((payload) => `${JSON.stringify(payload)}\n`).join('');
  const files = { name: 'g', open: async () => bytesSource('images.jsonl', new TextEncoder().encode(text)) };
  const payloads = await openImagePayloads(files, manifest);
  const fields = localFields({ manifest, payloads });
  const rows = vectorRows(Float32Array.from(VECTORS.flatMap((vector) => [...vector])), DIMENSIONS);
  const vectors = {
    ...rows,
    read: async (from: number, to: number) => rows.read(from, to),
    close: async () => {},
  };
  return {
    query,
    fields,
    recall: exactRecall({ manifest, vectors, alike: new Map() }, fields),
    close: async () => {},
  };
}

async function fillCollection(store: QdrantStore, collection: string): Promise<void> {
  await store.ensureCollection(collection, DIMENSIONS);
  for (const [field, type] of Object.entries(TYPES)) {
    await store.ensurePayloadIndex(collection, fieldKey(field), type);
    // Building again changes nothing.
    await store.ensurePayloadIndex(collection, fieldKey(field), type);
  }
  const points = PAYLOADS.map((payload, id) => ({ id, payload, vector: VECTORS[id] as Float32Array }));
  await store.upsert(collection, points);
}

const implementations: [string, () => Promise<Implementation>][] = [
  ['the files of a generation', inThisProcess],
  ...testServers().map(({ name, start }): [string, () => Promise<Implementation>] => [
    name,
    async () => {
      const server = await start();
      const store = createQdrantStore({ url: server.url, apiKey: server.apiKey });
      const collection = `filters-${Math.random().toString(36).slice(2)}`;
      await fillCollection(store, collection);
      return {
        query: { ...query, collection },
        fields: qdrantFields(store),
        recall: qdrantRecall(store),
        close: async () => {
          await store.deleteCollection(collection);
          await server.close();
        },
      };
    },
  ]),
];

const value = {
  year: fc.constantFrom(-5, 2018, 2019, 2020, 2021),
  place: fc.constantFrom(...PLACES, 'Paris'),
  tag: fc.constantFrom('sea', 'beach', 'dog', 'cat'),
  score: fc.constantFrom(0, 1.5, 1.7, 2, 1e12),
  draft: fc.boolean(),
};
const bounds = (numbers: fc.Arbitrary<number>) =>
  fc
    .record({ gt: numbers, gte: numbers, lt: numbers, lte: numbers }, { requiredKeys: [] })
    .filter((range) => Object.keys(range).length > 0);
const condition: fc.Arbitrary<ImageFilter> = fc.oneof(
  ...(['year', 'place', 'tag', 'draft'] as const).map((field) =>
    fc
      .array(value[field] as fc.Arbitrary<string | number | boolean>, { minLength: 1, maxLength: 3 })
      .map((any) => ({ field, any })),
  ),
  bounds(value.year).map((range) => ({ field: 'year', range })),
  bounds(value.score).map((range) => ({ field: 'score', range })),
  fc.constantFrom(...Object.keys(TYPES)).map((field) => ({ field, exists: true as const })),
);
const filters = fc.letrec<{ filter: ImageFilter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    condition,
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
    tie('filter').map((not) => ({ not })),
  ),
})).filter;

describe.each(implementations)('filters, by %s', (_, open) => {
  let implementation: Implementation;
  beforeAll(async () => {
    implementation = await open();
  });
  afterAll(() => implementation.close());

  it('pass the images that the plain evaluation passes', async () => {
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: IMAGES + 5 }), async (filter, limit) => {
        const { fields, recall, query: asked } = implementation;
        const expected = [...IMAGE_FIELDS.keys()].filter((id) =>
          passesFilter(filter, IMAGE_FIELDS[id] ?? {}),
        );
        expect(await fields.passing(asked, filter, {})).toEqual(expected);
        expect(await fields.count(asked, filter, {})).toBe(expected.length);
        const found = await recall.nearest(asked, limit, {}, { filter, images: expected.length });
        const rows = vectorRows(Float32Array.from(VECTORS.flatMap((vector) => [...vector])), DIMENSIONS);
        const best = await nearestOf(rows, query.coarse, { limit, among: expected });
        expect(found.map(({ id }) => id)).toEqual(best.map(({ id }) => id));
      }),
      { numRuns: 60 },
    );
  });

  it('read the values of the fields that are named', async () => {
    const { fields, query: asked } = implementation;
    const ids = [3, 7, 59];
    const values = await fields.values(asked, ids, ['year', 'tag'], {});
    const own = (of: FieldValues | undefined) => JSON.stringify([of?.year, of?.tag]);
    expect(values.map(own).sort()).toEqual(ids.map((id) => own(IMAGE_FIELDS[id])).sort());
  });
});

/** Lists that a database orders, page by page. */
describe.each(testServers())('images in an order, by $name', ({ start }) => {
  const collection = `browse-${Math.random().toString(36).slice(2)}`;
  let store: ReturnType<typeof createQdrantStore>;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const server = await start();
    store = createQdrantStore({ url: server.url, apiKey: server.apiKey });
    await fillCollection(store, collection);
    close = async () => {
      await store.deleteCollection(collection);
      await server.close();
    };
  });
  afterAll(() => close());

  it('come once each, in pages of any size, equal values by id', async () => {
    const orders = fc.record({
      field: fc.constantFrom(undefined, 'year', 'score'),
      descending: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        orders,
        fc.option(filters, { nil: undefined }),
        fc.integer({ min: 1, max: 20 }),
        async ({ field, descending }, filter, limit) => {
          const browse = qdrantBrowse(store);
          const order = { field, descending: field !== undefined && descending };
          const sign = order.descending ? -1 : 1;
          const valueAt = (id: number) => (field === undefined ? 0 : (IMAGE_FIELDS[id]?.[field] as number));
          const expected = [...IMAGE_FIELDS.keys()]
            .filter((id) => filter === undefined || passesFilter(filter, IMAGE_FIELDS[id] ?? {}))
            .filter((id) => valueAt(id) !== undefined)
            .sort((a, b) => sign * (valueAt(a) - valueAt(b)) || a - b);
          const ids: number[] = [];
          let after: Place | undefined;
          for (;;) {
            const page = await browse.page({ collection, order, filter, after, limit }, {});
            ids.push(...page.map(({ id }) => id));
            after = page.at(-1);
            if (page.length < limit) break;
          }
          expect(ids).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });
});
