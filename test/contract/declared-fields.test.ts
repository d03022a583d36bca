import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFilter } from '../../shared/filter/parse-filter.ts';
import { type FilteredIndex, problemOf, QUERY, startFilteredIndex } from '../support/filtered-index.ts';

describe('an index with declared fields', () => {
  let filtered: FilteredIndex;

  beforeAll(async () => {
    filtered = await startFilteredIndex();
  });
  afterAll(() => filtered.close());

  const get = (parameters: Record<string, string>) =>
    filtered.request(
      `/v1/search?${new URLSearchParams({ q: QUERY, limit: '100', ...parameters }).toString()}`,
    );
  const ids = (hits: readonly { readonly id: number }[]) => hits.map(({ id }) => id);

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
    const here = await filtered.searchHere({ filter: parseFilter('owner:Ann') });
    expect(ids(here.hits).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });

  it('makes payload indexes, and says by what images can be filtered', async () => {
    expect(filtered.said).toContain('images can be filtered by year, place, tag, taken, owner');
    const { index, database } = filtered;
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

  it('is only built if every value fits: the message names image, field and fix', async () => {
    const { project, schemaFile, build } = filtered;
    const path = join(project.data, 'test_metadata.jsonl');
    const [metadata, schema] = [readFileSync(path, 'utf8'), readFileSync(schemaFile, 'utf8')];
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
        writeFileSync(schemaFile, schema.replace(from, to));
        await expect(build()).rejects.toMatchObject({
          code: 'config_invalid',
          message: expect.stringContaining(what) as string,
        });
      }
    } finally {
      writeFileSync(path, metadata);
      writeFileSync(schemaFile, schema);
    }
  });
});
