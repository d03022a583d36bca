import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFilter } from '../../shared/filter/parse-filter.ts';
import { FILTER_LIMITS, type SearchResponse, searchResponseSchema } from '../../shared/schema/index.ts';
import {
  FILTER,
  FILTERED_IMAGES,
  type FilteredIndex,
  PASSING,
  problemOf,
  QUERY,
  startFilteredIndex,
} from '../support/filtered-index.ts';
import { runGsmn } from '../support/run-gsmn.ts';

describe('a filtered search', () => {
  let filtered: FilteredIndex;

  beforeAll(async () => {
    filtered = await startFilteredIndex();
  });
  afterAll(() => filtered.close());

  const get = (parameters: Record<string, string>) =>
    filtered.request(
      `/v1/search?${new URLSearchParams({ q: QUERY, limit: '100', ...parameters }).toString()}`,
    );
  const post = (body: object) =>
    filtered.request('/v1/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ q: QUERY, limit: 100, ...body }),
    });
  const answerOf = async (response: Response): Promise<SearchResponse> => {
    expect(response.status).toBe(200);
    return searchResponseSchema.parse(await response.json());
  };
  const ids = (hits: readonly { readonly id: number }[]) => hits.map(({ id }) => id);

  it('finds the images that pass and no others, full pages of them, however few they are', async () => {
    const answer = await answerOf(await get({ filter: FILTER }));
    expect(answer.filtered).toEqual({ filter: FILTER, images: PASSING.length });
    expect(ids(answer.hits).toSorted((a, b) => a - b)).toEqual(PASSING);
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
    for (const with_ of [undefined, filtered.store]) {
      const here = await filtered.searchHere({
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
    const expected = ids(everything.hits).filter((id) => PASSING.includes(id));
    const answer = await answerOf(
      await post({
        exhaustive: true,
        filter: { and: [{ field: 'year', gte: 2010 }, { not: { field: 'place', eq: 'Rome' } }] },
      }),
    );
    expect(answer).toMatchObject({ ranking: 'exhaustive', filtered: { images: PASSING.length } });
    expect(ids(answer.hits)).toEqual(expected);
    const here = await filtered.searchHere({ exhaustive: true, filter: parseFilter(FILTER) });
    expect([ids(here.hits), here.compared]).toEqual([expected, PASSING.length]);
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
    expect(all.facets?.tag?.[0]).toEqual({ value: 'all', count: FILTERED_IMAGES });
    // The shortlist has ten images.
    expect((await answerOf(await get({ facets: 'tag' }))).facets?.tag?.[0]).toEqual({
      value: 'all',
      count: 10,
    });
  });

  it('is a command', async () => {
    const { code, stdout } = await runGsmn([
      'search',
      QUERY,
      '--backend=wasm',
      `--index=${filtered.index.path}`,
      '--filter',
      'year:2003',
      '--facets=place',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('2 images pass year:2003\nplace: Oslo (1), Rome (1)\n');
    const wrong = await runGsmn(['search', QUERY, `--index=${filtered.index.path}`, '--filter', 'year>=']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('character 7')]);
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
});
