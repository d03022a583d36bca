import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SearchResponse } from '../../../shared/schema/index.ts';
import { answer, failing, problem } from './answers.ts';
import { edge, encoded, GENERATION, recalled } from './fakes.ts';

type App = ReturnType<typeof edge>['app'];

const get = async (app: App, parameters: Record<string, string>) =>
  app.request(`/v1/search?${new URLSearchParams({ q: 'two dogs', ...parameters })}`);
const post = async (app: App, body: object) =>
  app.request('/v1/search', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ q: 'two dogs', ...body }),
  });
const ids = ({ hits }: SearchResponse) => hits.map(({ id }) => id);

describe('the pages of a search', () => {
  it('follow each other by `next`, whatever their sizes, by either method', async () => {
    const { app } = edge();
    const all = await answer(await get(app, {}));
    expect([all.total, all.next]).toEqual([4, undefined]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), { minLength: 8, maxLength: 8 }),
        async (steps) => {
          const found: number[] = [];
          let after: string | undefined;
          for (const [limit, byGet] of steps) {
            const response = byGet
              ? await get(app, { limit: String(limit), ...(after === undefined ? {} : { after }) })
              : await post(app, { limit, ...(after === undefined ? {} : { after }) });
            const page = await answer(response);
            expect([page.offset, page.total]).toEqual([found.length, 4]);
            found.push(...ids(page));
            after = page.next;
            if (after === undefined) break;
          }
          expect(found).toEqual(ids(all));
        },
      ),
      { numRuns: 8 },
    );
  });

  it('are those of the generation that the cursor names, in each service', async () => {
    const { app, encode, rank } = edge();
    const { next: after = '' } = await answer(await get(app, { limit: '2' }));
    await answer(await get(app, { limit: '2', after }));
    expect(encode.mock.lastCall?.[0]).toMatchObject({ generation: GENERATION });
    expect(rank.mock.lastCall?.[0]).toMatchObject({ generation: GENERATION, offset: 2 });
  });

  it('end where a search ends', async () => {
    const { app } = edge({
      rerank: { encode: async () => encoded({ images: 2 }) },
      qdrant: { recall: async (_name, _vector, limit) => recalled(2).slice(0, limit) },
    });
    const { next, hits } = await answer(await get(app, { limit: '2' }));
    expect([hits.length, next]).toEqual([2, undefined]);
    const deep = edge({
      rerank: { encode: async () => encoded({ images: 5000 }) },
      qdrant: { recall: async (_name, _vector, limit) => recalled(5000).slice(0, limit) },
    });
    const near = await answer(await get(deep.app, { offset: '999', limit: '1' }));
    const end = await answer(await get(deep.app, { after: near.next ?? '', limit: '1' }));
    expect([near.next === undefined, end.offset, end.next]).toEqual([false, 1000, undefined]);
  });

  it('are refused with other parameters than those of the first one', async () => {
    const { app, encode } = edge();
    const first = await answer(await get(app, { limit: '2' }));
    const after = first.next ?? '';
    const { calls } = encode.mock;
    const asked = calls.length;
    for (const other of [
      { q: 'three dogs' },
      { filter: 'year:2019' },
      { exhaustive: 'true' },
      { understand: 'false' },
      { collapse: 'false' },
    ] as Record<string, string>[]) {
      const flags = Object.fromEntries(
        Object.entries(other).map(([name, value]) => [
          name,
          /^(true|false)$/.test(value) ? value === 'true' : value,
        ]),
      );
      for (const response of [await get(app, { ...other, after }), await post(app, { ...flags, after })]) {
        expect(response.status).toBe(400);
        expect(await problem(response)).toMatchObject({
          code: 'request_invalid',
          detail: 'after: that page is of another query, filter or order.',
          hint: expect.stringContaining('limit may differ') as string,
        });
      }
    }
    // The same query in other characters is the same.
    expect((await get(app, { q: ' ｔｗｏ dogs ', after })).status).toBe(200);
    expect(calls.length).toBe(asked + 1);
  });

  it('are refused with what is no cursor, and with two places to begin', async () => {
    const { app, encode } = edge();
    for (const [parameters, detail] of [
      [{ after: 'x' }, 'after: this is not where a page ended.'],
      [{ after: '' }, 'after: '],
      [{ after: 'x'.repeat(401) }, 'after: '],
    ] as const) {
      for (const response of [await get(app, parameters), await post(app, parameters)]) {
        expect((await problem(response)).detail).toContain(detail);
      }
    }
    expect(encode).not.toHaveBeenCalled();
    const { next: after = '' } = await answer(await get(app, { limit: '2' }));
    expect((await problem(await get(app, { after, offset: '2' }))).detail).toContain('after and offset');
    const cursor = JSON.parse(atob(after.replaceAll('-', '+').replaceAll('_', '/'))) as unknown[];
    for (const place of [[1001], [-1], [2, 5], ['2']]) {
      const made = btoa(JSON.stringify([...cursor.slice(0, 2), ...place]));
      expect((await problem(await get(app, { after: made }))).detail).toContain('not where a page ended');
    }
  });

  it.each([['encode'], ['rank']] as const)(
    'begin again if the index was replaced: the generation is gone at %s',
    async (stage) => {
      const { next: after = '' } = await answer(await get(edge().app, { limit: '2' }));
      const { app } = edge({ rerank: { [stage]: failing('generation_stale') } });
      const response = await get(app, { after });
      expect(response.status).toBe(400);
      expect((await problem(response)).detail).toContain(`its version ${GENERATION} is not served any more`);
    },
  );

  it('have the same names by either method', async () => {
    const { app } = edge();
    const said = await Promise.all(
      [await get(app, { afterwards: 'x' }), await post(app, { afterwards: 'x' })].map(async (response) => {
        const { detail, hint } = await problem(response);
        expect(hint).toContain('after');
        return { status: response.status, detail };
      }),
    );
    expect(said[0]).toEqual(said[1]);
  });
});
