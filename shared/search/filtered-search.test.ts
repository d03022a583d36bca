import { describe, expect, it } from 'vitest';
import { encoded, engine, rankedPage, recalled } from '../../test/support/search-parts.ts';
import { indexFieldsSchema } from '../schema/index.ts';
import { collapseAlike } from './collapse-alike.ts';
import type { Candidate } from './ports.ts';

describe('a filtered search', () => {
  const fields = indexFieldsSchema.parse({
    format: 'gsmn-index-schema',
    version: 1,
    fields: { year: { type: 'integer' }, tag: { type: 'keyword', list: true } },
  });
  const filter = { field: 'year', test: { is: 'gte', value: 2019 } } as const;
  const resolved = { field: 'year', range: { gte: 2019 } };
  const withFields = (changes: Parameters<typeof engine>[0] = {}) =>
    engine({ encoder: { encode: async (query) => encoded({ ...query, fields }) }, ...changes });

  it('tells recall what passes, and counts among what is compared', async () => {
    const { ask, nearest, count, values, call } = withFields();
    const answer = await ask({ filter, facets: ['tag'] });
    expect(count.mock.calls[0]?.[1]).toEqual(resolved);
    expect(nearest.mock.calls[0]?.slice(1)).toEqual([4, call, { filter: resolved, images: 3 }]);
    expect(values.mock.calls[0]?.slice(1, 3)).toEqual([[0, 1, 2, 3], ['tag']]);
    expect(answer.filtered).toEqual({ filter: 'year>=2019', images: 3 });
    expect(answer.facets).toEqual({
      tag: [
        { value: 'a', count: 4 },
        { value: 'b', count: 2 },
      ],
    });
  });

  it('compares exactly those that pass in an exhaustive search', async () => {
    const { ask, rank } = withFields();
    const answer = await ask({ filter, exhaustive: true, facets: ['tag'] });
    expect(rank.mock.calls[0]?.[0].candidates).toEqual({ passing: [1, 4, 7] });
    expect(answer.hits.map(({ id }) => id)).toEqual([7, 4, 1]);
    expect(answer.facets?.tag?.[0]).toEqual({ value: 'a', count: 3 });
  });

  it.each([true, false])('asks nobody to compare nothing, exhaustive: %s', async (exhaustive) => {
    const { ask, rank, nearest } = withFields({
      fields: { count: async () => 0, passing: async () => [], values: async () => [] },
    });
    const answer = await ask({ filter, exhaustive, facets: ['tag'] });
    expect(answer).toMatchObject({ hits: [], filtered: { images: 0 }, facets: { tag: [] } });
    expect([rank.mock.calls, nearest.mock.calls]).toEqual([[], []]);
  });

  it('is refused before anything is searched where a field is not declared', async () => {
    const { ask, count, nearest } = engine();
    await expect(ask({ filter })).rejects.toMatchObject({ code: 'request_invalid' });
    await expect(ask({ facets: ['tag'] })).rejects.toMatchObject({ code: 'request_invalid' });
    expect([count.mock.calls, nearest.mock.calls]).toEqual([[], []]);
  });

  it('shows those as one that look alike among the images that pass', async () => {
    const GROUPS = ['a', 'b', 'a', 'a', undefined, 'b', 'b', undefined, 'a', undefined];
    const passing = [2, 3, 4, 5, 8, 9];
    const withGroups = (some: readonly Candidate[]) =>
      some.map((image) => ({ ...image, group: GROUPS[image.id] }));
    const ofPassing = withGroups(recalled(10).filter(({ id }) => passing.includes(id)));
    const { ask } = withFields({
      encoder: {
        encode: async (query) =>
          encoded({ ...query, fields, grouped: true, ranking: { shortlist: 3, coarseWeight: 1 } }),
      },
      recall: { nearest: async (_query, limit) => ofPassing.slice(0, limit) },
      ranker: {
        rank: async (request) => {
          const all = rankedPage({ ...request, offset: 0, limit: 100 });
          const images = collapseAlike(all.images, ({ id }) => GROUPS[id]);
          return { ...all, images: images.slice(request.offset, request.offset + request.limit) };
        },
      },
      fields: { count: async () => passing.length, passing: async () => passing, values: async () => [] },
    });
    for (const exhaustive of [false, true]) {
      const pages = [];
      for (const offset of [0, 2, 4])
        pages.push(...(await ask({ filter, exhaustive, limit: 2, offset })).hits);
      const shown = pages.map(({ id, alike }) => [id, ...(alike?.hits.map((hit) => hit.id) ?? [])]);
      // Of the group "a" in a shortlist of three: 8 is behind it, and stays away.
      expect(shown).toEqual(exhaustive ? [[9], [8, 3, 2], [5], [4]] : [[4], [3, 2], [5], [9]]);
    }
  });
});
