import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema, type SearchResponse } from '../../shared/schema/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import {
  FILTER,
  FILTERED_IMAGES,
  type FilteredIndex,
  metadataOf,
  PASSING,
  problemOf,
  startFilteredIndex,
  TEST_CONTEXT,
} from '../support/filtered-index.ts';

describe('images without a query', () => {
  let filtered: FilteredIndex;

  beforeAll(async () => {
    filtered = await startFilteredIndex();
  });
  afterAll(() => filtered.close());

  const ids = (hits: readonly { readonly id: number }[]) => hits.map(({ id }) => id);

  const browse = (parameters: Record<string, string>) =>
    filtered.request(`/v1/images?${new URLSearchParams(parameters).toString()}`);

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
        total: PASSING.length,
        filtered: { filter: FILTER, images: PASSING.length },
      });
      found.push(...ids(page.images));
      after = page.next;
    } while (after !== undefined);
    const year = (id: number) => metadataOf(id).year;
    expect(found).toEqual(PASSING.toSorted((a, b) => year(b) - year(a) || a - b));
    const [first] = (await pageOf({ sort: 'taken', limit: '1' })).images;
    expect(first?.metadata).toEqual({
      year: 2000,
      place: 'Rome',
      keywords: ['even', 'all'],
      taken: '2010-05-01',
    });
    const plain = await pageOf({ limit: '100' });
    expect([ids(plain.images), plain.total, plain.next]).toEqual([
      Array.from({ length: FILTERED_IMAGES }, (_, id) => id),
      FILTERED_IMAGES,
      undefined,
    ]);
  });

  it('lists images like another one, by the coarse vectors', async () => {
    const { index, store } = filtered;
    const { collections, id: generation } = await index.manifest((await index.requireActive()).generation);
    const points = await store.retrieve(
      collections.images,
      Array.from({ length: FILTERED_IMAGES }, (_, id) => id),
      { withVector: true },
    );
    const vectors = new Map(points.map(({ id, vector = [] }) => [id, vector]));
    const cosine = (a: number, b: number) =>
      (vectors.get(a) ?? []).reduce(
        (sum, value, at) => sum + value * (vectors.get(b)?.[at] ?? Number.NaN),
        0,
      );
    for (const like of [PASSING[0] as number, 0]) {
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
        expect(page.total).toBe(PASSING.filter((id) => id !== like).length);
        expect(page.filtered?.images).toBe(PASSING.length);
        found.push(...page.images);
        after = page.next;
      } while (after !== undefined);
      expect(ids(found).toSorted((a, b) => a - b)).toEqual(PASSING.filter((id) => id !== like));
      const scores = found.map(({ score = Number.NaN }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      for (const { id, score } of found) expect(score).toBeCloseTo(cosine(like, id), 5);
    }
    expect((await pageOf({ like: '3', limit: '100' })).total).toBe(FILTERED_IMAGES - 1);
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
      rerank: filtered.rerank,
      qdrant: filtered.database.url,
      payloads: { read: async () => new Map() },
      cacheSeconds: 60,
    });
    const response = await emptied.request('/v1/images?limit=2', {}, {}, TEST_CONTEXT);
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
});
