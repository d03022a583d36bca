import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { silentReport } from '../../batch/report.ts';
import { type SearchIndexOptions, searchIndex } from '../../batch/search/search-index.ts';
import { startLoadedReranker } from '../../batch/serve/reranker.ts';
import { parseFilter } from '../../shared/filter/parse-filter.ts';
import {
  FILTER_LIMITS,
  problemSchema,
  type SearchResponse,
  searchResponseSchema,
} from '../../shared/schema/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { keptLog } from '../support/rerank-service.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const QUERY = 'a dog on grass';
const IMAGES = 40;
/** Longer than the shortlist of ten. */
const FILTER = 'year>=2010 AND NOT place:Rome';

const SCHEMA = {
  format: 'gsmn-index-schema',
  version: 1,
  fields: {
    year: { type: 'integer' },
    place: { type: 'keyword' },
    tag: { type: 'keyword', list: true, from: 'keywords' },
    taken: { type: 'date' },
    owner: { type: 'keyword', public: false },
  },
};
const metadataOf = (id: number) => ({
  year: 2000 + (id % 20),
  ...(id % 3 === 0 ? { place: 'Rome' } : { place: 'Oslo' }),
  keywords: id % 2 === 0 ? ['even', 'all'] : ['all'],
  taken: `20${String(10 + (id % 10))}-05-01`,
  owner: id < 5 ? 'Ann' : 'Bob',
  note: 'not declared',
});
const passing = Array.from({ length: IMAGES }, (_, id) => id).filter((id) => id % 20 >= 10 && id % 3 !== 0);

describe('a filtered search', () => {
  let project: SmallProject;
  let index: IndexFolder;
  let database: RunningQdrantLocal;
  let store: QdrantStore;
  let app: ReturnType<typeof edgeOver>;
  let closeReranker: () => Promise<void>;
  let rerankUrl = '';
  const said: string[] = [];

  const schemaFile = () => join(project.data, 'index.schema.json');
  const build = () =>
    buildIndex(
      {
        index: index.path,
        data: project.data,
        checkpoint: project.model,
        split: 'test',
        backend: 'wasm',
        store,
      },
      { ...silentReport, say: (line: string) => void said.push(line) },
    );

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES });
    const lines = Array.from({ length: IMAGES }, (_, id) => `${JSON.stringify(metadataOf(id))}\n`);
    writeFileSync(join(project.data, 'test_metadata.jsonl'), lines.join(''));
    writeFileSync(schemaFile(), JSON.stringify(SCHEMA));
    index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: ':memory:', port: 0 });
    store = createQdrantStore({ url: database.url });
    await build();
    const reranker = await startLoadedReranker({
      indexFolder: index.path,
      backend: 'wasm',
      port: 0,
      log: keptLog().log,
    });
    closeReranker = () => reranker.close();
    rerankUrl = reranker.url;
    app = edgeOver({ rerank: reranker.url, qdrant: database.url });
  });
  afterAll(async () => {
    await closeReranker();
    await database.close();
    project.remove();
  });

  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const request = async (path: string, init?: RequestInit) => app.request(path, init, {}, context);
  const get = (parameters: Record<string, string>) =>
    request(`/v1/search?${new URLSearchParams({ q: QUERY, limit: '100', ...parameters }).toString()}`);
  const post = (body: object) =>
    request('/v1/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ q: QUERY, limit: 100, ...body }),
    });
  const answerOf = async (response: Response): Promise<SearchResponse> => {
    expect(response.status).toBe(200);
    return searchResponseSchema.parse(await response.json());
  };
  const problemOf = async (response: Response) => {
    expect(response.status).toBe(400);
    return problemSchema.parse(await response.json());
  };
  const local = (changes: Partial<SearchIndexOptions> = {}) =>
    searchIndex({
      index,
      backend: 'wasm',
      query: QUERY,
      limit: 100,
      exhaustive: false,
      understand: true,
      collapse: true,
      fuse: true,
      memoryBytes: 2 ** 20,
      signal: new AbortController().signal,
      ...changes,
    });
  const ids = (hits: readonly { readonly id: number }[]) => hits.map(({ id }) => id);

  it('finds the images that pass and no others, full pages of them, however few they are', async () => {
    const answer = await answerOf(await get({ filter: FILTER }));
    expect(answer.filtered).toEqual({ filter: FILTER, images: passing.length });
    expect(ids(answer.hits).toSorted((a, b) => a - b)).toEqual(passing);
    const [first, second] = [
      await answerOf(await get({ filter: FILTER, limit: '5' })),
      await answerOf(await get({ filter: FILTER, limit: '8', offset: '5' })),
    ];
    expect([...ids(first.hits), ...ids(second.hits)]).toEqual(ids(answer.hits));
    const few = await answerOf(await get({ filter: 'year:2003 AND tag:even' }));
    expect([few.hits.length, few.filtered?.images]).toEqual([0, 0]);
    const two = await answerOf(await get({ filter: 'year:2003' }));
    expect(ids(two.hits).toSorted((a, b) => a - b)).toEqual([3, 23]);
    expect(two.hits.every(({ stage }) => stage === 'rerank')).toBe(true);
  });

  it('is the same by GET, by POST, in this process, and there with the database', async () => {
    const filter = { and: [{ field: 'year', gte: 2010 }, { not: { field: 'place', eq: 'Rome' } }] };
    const byGet = await answerOf(await get({ filter: FILTER, facets: 'place,tag' }));
    const byPost = await answerOf(await post({ filter, facets: ['place', 'tag'] }));
    expect(byPost).toEqual(byGet);
    expect(await answerOf(await post({ filter: FILTER, facets: ['place', 'tag'] }))).toEqual(byGet);
    for (const with_ of [undefined, store]) {
      const here = await local({
        filter: parseFilter(FILTER),
        facets: ['place', 'tag'],
        limit: 10,
        store: with_,
      });
      expect(ids(here.hits)).toEqual(ids(byGet.hits).slice(0, 10));
      expect([here.filtered, here.facets]).toEqual([byGet.filtered, byGet.facets]);
    }
  });

  it('is made whatever filter there is within the limits', async () => {
    const has = { field: 'place', exists: true };
    const deep = (levels: number): string =>
      levels === 1 ? 'tag:*' : `year:1 OR place:* AND (${deep(levels - 1)})`;
    const pairs = (of: object[]): object =>
      of.length === 1
        ? { not: of[0] }
        : { not: { or: [pairs(of.slice(0, of.length / 2)), pairs(of.slice(of.length / 2))] } };
    const filters = [
      deep(FILTER_LIMITS.depth),
      // Each condition within groups of its own.
      { or: Array.from({ length: 170 }, () => ({ and: [{ or: [{ and: [{ or: [has] }] }] }] })) },
      { or: Array.from({ length: FILTER_LIMITS.values }, () => ({ not: has })) },
      { and: Array.from({ length: 32 }, () => ({ not: pairs(Array.from({ length: 4 }, () => has)) })) },
    ];
    for (const filter of filters) await answerOf(await post({ filter, limit: 1 }));
    expect((await get({ filter: deep(FILTER_LIMITS.depth), limit: '1' })).status).toBe(200);
  });

  it('ranks every image that passes in an exhaustive search', async () => {
    const everything = await answerOf(await post({ exhaustive: true }));
    const expected = ids(everything.hits).filter((id) => passing.includes(id));
    const answer = await answerOf(
      await post({
        exhaustive: true,
        filter: { and: [{ field: 'year', gte: 2010 }, { not: { field: 'place', eq: 'Rome' } }] },
      }),
    );
    expect(answer).toMatchObject({ ranking: 'exhaustive', filtered: { images: passing.length } });
    expect(ids(answer.hits)).toEqual(expected);
    const here = await local({ exhaustive: true, filter: parseFilter(FILTER) });
    expect([ids(here.hits), here.compared]).toEqual([expected, passing.length]);
    const none = await answerOf(await post({ exhaustive: true, filter: { field: 'year', gt: 3000 } }));
    expect([none.hits, none.filtered]).toEqual([[], { filter: 'year>3000', images: 0 }]);
  });

  it('counts the values of the images that are compared', async () => {
    const { facets } = await answerOf(
      await get({ filter: 'year IN (2003, 2004)', facets: 'place,tag,year' }),
    );
    expect(facets).toEqual({
      place: [
        { value: 'Oslo', count: 2 },
        { value: 'Rome', count: 2 },
      ],
      tag: [
        { value: 'all', count: 4 },
        { value: 'even', count: 2 },
      ],
      year: [
        { value: 2003, count: 2 },
        { value: 2004, count: 2 },
      ],
    });
    const all = await answerOf(await post({ facets: ['tag'], exhaustive: true }));
    expect(all.facets?.tag?.[0]).toEqual({ value: 'all', count: IMAGES });
    // The shortlist has ten images.
    expect((await answerOf(await get({ facets: 'tag' }))).facets?.tag?.[0]).toEqual({
      value: 'all',
      count: 10,
    });
  });

  it('never shows what is private or not declared, and lets nobody find it out', async () => {
    // The shortlist's payloads come from the reranker, those behind it from the database.
    const text = await (await get({ facets: 'year' })).text();
    expect(text).toContain('"place"');
    for (const secret of ['owner', 'Ann', 'Bob', 'note', '"fields"']) expect(text).not.toContain(secret);
    for (const parameters of [{ filter: 'owner:Ann' }, { facets: 'owner' }] as Record<string, string>[]) {
      const problem = await problemOf(await get(parameters));
      expect(problem.detail).toContain('there is no field "owner"');
      expect(problem.hint).toBe('The fields of this index are year, place, tag, taken.');
    }
    // A caller that has the index may.
    const here = await local({ filter: parseFilter('owner:Ann') });
    expect(ids(here.hits).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    [{ filter: 'year>=' }, 'filter, character 7: expected a value'],
    [{ filter: 'year:x' }, 'filter, character 1: year: "x" is not a whole number'],
    [{ filter: 'a:1' }, 'there is no field "a"'],
    [{ filter: `place:${'a'.repeat(1000)}` }, 'filter: '],
    [{ facets: 'taken' }, 'taken is of type date'],
    [{ facets: 'year,year' }, 'a field is named twice'],
    [{ facets: '' }, 'facets'],
    [{ filter: 'year:1', fliter: 'x' }, 'fliter: unknown'],
  ] as [Record<string, string>, string][])('refuses %j in words', async (parameters, detail) => {
    expect(await problemOf(await get(parameters))).toMatchObject({
      code: 'request_invalid',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it.each([
    [
      { filter: { and: [{ field: 'year', gte: '2010' }] } },
      'filter.and[0]: year: "2010" is not a whole number',
    ],
    [{ filter: { and: [{ field: 'year' }] } }, 'filter.and[0]: a condition has one of'],
    [{ filter: 2010 }, 'filter: a filter is an object'],
    [{ filter: 'year=2010' }, 'filter, character 5: expected :'],
    [{ filter: `place:${'a'.repeat(1000)}` }, 'filter: it has more than 1000 characters'],
    [{ facets: 'year' }, 'facets'],
  ])('refuses the body %j in words', async (body, detail) => {
    expect(await problemOf(await post(body))).toMatchObject({
      code: 'request_invalid',
      detail: expect.stringContaining(detail) as string,
    });
  });

  const browse = (parameters: Record<string, string>) =>
    request(`/v1/images?${new URLSearchParams(parameters).toString()}`);

  interface Page {
    readonly generation: string;
    readonly total: number;
    readonly images: readonly { readonly id: number; readonly metadata: ReturnType<typeof metadataOf> }[];
    readonly next?: string;
    readonly filtered?: SearchResponse['filtered'];
  }
  const pageOf = async (parameters: Record<string, string>): Promise<Page> => {
    const response = await browse(parameters);
    expect(response.status).toBe(200);
    return (await response.json()) as Page;
  };

  it('lists images without a query, by a field, page by page', async () => {
    const found: number[] = [];
    let after: string | undefined;
    do {
      const page = await pageOf({ sort: '-year', filter: FILTER, limit: '5', ...(after && { after }) });
      expect(page).toMatchObject({
        total: passing.length,
        filtered: { filter: FILTER, images: passing.length },
      });
      found.push(...ids(page.images));
      after = page.next;
    } while (after !== undefined);
    const year = (id: number) => metadataOf(id).year;
    expect(found).toEqual(passing.toSorted((a, b) => year(b) - year(a) || a - b));
    const [first] = (await pageOf({ sort: 'taken', limit: '1' })).images;
    expect(first?.metadata).toEqual({
      year: 2000,
      place: 'Rome',
      keywords: ['even', 'all'],
      taken: '2010-05-01',
    });
    const plain = await pageOf({ limit: '100' });
    expect([ids(plain.images), plain.total, plain.next]).toEqual([
      Array.from({ length: IMAGES }, (_, id) => id),
      IMAGES,
      undefined,
    ]);
  });

  it('lists images like another one, by the coarse vectors', async () => {
    const { collections, id: generation } = await index.manifest((await index.requireActive()).generation);
    const points = await store.retrieve(
      collections.images,
      Array.from({ length: IMAGES }, (_, id) => id),
      { withVector: true },
    );
    const vectors = new Map(points.map(({ id, vector = [] }) => [id, vector]));
    const cosine = (a: number, b: number) =>
      (vectors.get(a) ?? []).reduce(
        (sum, value, at) => sum + value * (vectors.get(b)?.[at] ?? Number.NaN),
        0,
      );
    for (const like of [passing[0] as number, 0]) {
      const found: { id: number; score?: number }[] = [];
      let after: string | undefined;
      do {
        const page = await pageOf({
          like: String(like),
          generation,
          filter: FILTER,
          limit: '5',
          ...(after && { after }),
        });
        expect(page.total).toBe(passing.filter((id) => id !== like).length);
        expect(page.filtered?.images).toBe(passing.length);
        found.push(...page.images);
        after = page.next;
      } while (after !== undefined);
      expect(ids(found).toSorted((a, b) => a - b)).toEqual(passing.filter((id) => id !== like));
      const scores = found.map(({ score = Number.NaN }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      for (const { id, score } of found) expect(score).toBeCloseTo(cosine(like, id), 5);
    }
    expect((await pageOf({ like: '3', limit: '100' })).total).toBe(IMAGES - 1);
    // However many images an index has.
    for (const like of ['40', '1001', '123456789']) {
      const missing = await browse({ like });
      expect(missing.status).toBe(404);
      const { detail } = problemSchema.parse(await missing.json());
      expect(detail).toBe(`There is no image ${like}; the index has 40.`);
    }
  });

  it('lists all images of a page or none, when a collection is being deleted', async () => {
    const emptied = edgeOver({
      rerank: rerankUrl,
      qdrant: database.url,
      payloads: { read: async () => new Map() },
      cacheSeconds: 60,
    });
    const response = await emptied.request('/v1/images?limit=2', {}, {}, context);
    expect(response.status).toBe(503);
    expect(response.headers.get('cache-control')).not.toContain('public');
  });

  it('refuses lists that cannot be made, in words', async () => {
    const { next = '' } = await pageOf({ sort: 'year', limit: '1' });
    /** A cursor that a caller has made of one of ours. */
    const made = async (list: Record<string, string>, change: (cursor: unknown[]) => unknown[]) => {
      const cursor = (await pageOf({ ...list, limit: '1' })).next ?? '';
      const text = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
      return btoa(JSON.stringify(change(JSON.parse(text) as unknown[])));
    };
    const at = (list: Record<string, string>, ...place: number[]) =>
      made(list, ([generation, of]) => [generation, of, ...place]);
    const other = await made({ sort: 'year' }, ([, ...rest]) => ['0123456789abcdef', ...rest]);
    for (const [parameters, detail] of [
      [{ sort: 'place' }, 'sort: place is of type keyword'],
      [{ sort: 'tag' }, 'sort: tag is a list'],
      [{ sort: 'owner' }, 'sort: there is no field "owner"'],
      [{ sort: '--year' }, 'sort: is the name of a field'],
      [{ filter: 'year>=' }, 'filter, character 7'],
      [{ sort: '-year', after: next }, 'after: that page is of another query, filter or order'],
      [{ sort: 'year', filter: 'year:2003', after: next }, 'after: that page is of another'],
      [{ after: next }, 'after: that page is of another'],
      [{ like: '1', after: next }, 'after: that page is of another'],
      [{ like: '1', sort: 'year' }, 'sort and like are two orders'],
      [{ like: '-1' }, 'like: '],
      [{ like: '1', generation: 'x' }, 'generation: is not the id'],
      [{ like: '1', generation: '0123456789abcdef' }, 'the index was replaced'],
      [{ sort: 'year', after: 'x' }, 'after: this is not where a page ended'],
      [{ sort: 'year', after: other }, 'the index was replaced'],
      [{ like: '1', after: await at({ like: '1' }, 1001) }, 'after: this is not where a page ended'],
      [{ like: '1', after: await at({ like: '1' }, 9e15) }, 'after: this is not where a page ended'],
      [{ like: '1', after: await at({ like: '1' }, 5, 0.5) }, 'after: this is not where a page ended'],
      [{ sort: 'year', after: await at({ sort: 'year' }, 5) }, 'after: this is not where a page ended'],
      [{ after: await at({}, 5, 2000) }, 'after: this is not where a page ended'],
      [
        { sort: 'year', after: next, generation: '0123456789abcdef' },
        'after: that page is of another version',
      ],
      [{ q: 'a' }, 'q: unknown to a list of images'],
      [{ limit: '0' }, 'limit: '],
    ] as [Record<string, string>, string][]) {
      expect(await problemOf(await browse(parameters))).toMatchObject({
        code: 'request_invalid',
        detail: expect.stringContaining(detail) as string,
      });
    }
  });

  it('makes payload indexes, and says by what images can be filtered', async () => {
    expect(said).toContain('images can be filtered by year, place, tag, taken, owner');
    const { collections } = await index.manifest((await index.requireActive()).generation);
    const response = await fetch(`${database.url}/collections/${collections.images}`);
    const { result } = (await response.json()) as {
      result: { payload_schema: Record<string, { data_type: string }> };
    };
    const types = Object.entries(result.payload_schema).map(([key, { data_type }]) => [key, data_type]);
    expect(types).toEqual([
      ['fields.year', 'integer'],
      ['fields.place', 'keyword'],
      ['fields.tag', 'keyword'],
      ['fields.taken', 'integer'],
      ['fields.owner', 'keyword'],
    ]);
  });

  it('is a command', async () => {
    const { code, stdout } = await runGsmn([
      'search',
      QUERY,
      '--backend=wasm',
      `--index=${index.path}`,
      '--filter',
      'year:2003',
      '--facets=place',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('2 images pass year:2003\nplace: Oslo (1), Rome (1)\n');
    const wrong = await runGsmn(['search', QUERY, `--index=${index.path}`, '--filter', 'year>=']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('character 7')]);
  });

  it('is only built if every value fits: the message names image, field and fix', async () => {
    const path = join(project.data, 'test_metadata.jsonl');
    const [metadata, schema] = [readFileSync(path, 'utf8'), readFileSync(schemaFile(), 'utf8')];
    try {
      writeFileSync(
        path,
        metadata.replace('"year":2003', '"year":"c. 1900"').replace('"year":2004', '"year":[1]'),
      );
      await expect(build()).rejects.toMatchObject({
        code: 'format_invalid',
        message: 'image 3 (3.jpg): year is "c. 1900", which is not of type integer; 1 more values do not fit',
        hint: expect.stringContaining('write it as integer') as string,
      });
      writeFileSync(path, metadata);
      for (const [from, to, what] of [
        ['"integer"', '"int"', 'fields.year.type'],
        ['"year"', '"the year"', 'field name'],
        ['"year"', '"AND"', 'words of filters'],
        ['"list"', '"lists"', 'lists'],
      ] as const) {
        writeFileSync(schemaFile(), schema.replace(from, to));
        await expect(build()).rejects.toMatchObject({
          code: 'config_invalid',
          message: expect.stringContaining(what) as string,
        });
      }
    } finally {
      writeFileSync(path, metadata);
      writeFileSync(schemaFile(), schema);
    }
  });
});
