import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { encoded, engine, failing, listOf, payloadOf, rankedPage } from '../../test/support/search-parts.ts';
import { collapseAlike } from './collapse-alike.ts';
import type { QueryEncoder, Ranker, Recall } from './ports.ts';

describe('images that look alike', () => {
  /** Images 0 to 29, of which some look alike. */
  const COUNT = 30;
  const cosine = (id: number) => 0.9 - id / 100;
  /** Any order that is not recall's. */
  const scoreOf = (id: number) => (id * 7) % 11;

  function grouped(groups: readonly (string | undefined)[], { shortlist = 8, changes = {} } = {}) {
    const list = (ids: readonly number[]) => ids.map((id) => ({ id, coarse: cosine(id), group: groups[id] }));
    const all = Array.from({ length: COUNT }, (_, id) => id);
    const nearest = vi.fn<Recall['nearest']>(async (query, limit) =>
      list(all.slice(0, limit)).map(({ group, ...image }) => (query.grouped ? { ...image, group } : image)),
    );
    const rank = vi.fn<Ranker['rank']>(async ({ query, candidates, offset, limit }) => {
      const ranked = (candidates === 'all' ? list(all) : listOf(candidates))
        .map(({ id, coarse }) => ({ id, coarse, gsmn: 1, score: scoreOf(id), payload: payloadOf(id) }))
        .sort((a, b) => b.score - a.score || a.id - b.id);
      const images = query.grouped ? collapseAlike(ranked, ({ id }) => groups[id]) : ranked;
      return {
        ...rankedPage({ query, candidates, offset, limit }),
        images: images.slice(offset, offset + limit),
      };
    });
    const parts = engine({
      encoder: {
        encode: async () =>
          encoded({ images: COUNT, grouped: true, ranking: { shortlist, coarseWeight: 1 } }),
      },
      recall: { nearest },
      ranker: { rank },
      payloads: { read: async (_query, ids) => new Map(ids.map((id) => [id, payloadOf(id)])) },
      ...changes,
    });
    return { ...parts, recalling: nearest, ranking: rank };
  }

  const groupsOf = fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined, freq: 2 }), {
    minLength: COUNT,
    maxLength: COUNT,
  });
  const modes = fc.constantFrom('shortlist', 'exhaustive', 'degraded');

  it('have one hit on one page, which every other image has, too, in pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        groupsOf,
        modes,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 12 }),
        async (groups, mode, limit, shortlist) => {
          const changes = mode === 'degraded' ? { ranker: { rank: failing('timeout') } } : {};
          const { ask } = grouped(groups, { shortlist, changes });
          const different = new Set(groups.map((group, id) => group ?? id)).size;
          const ids: number[] = [];
          for (let offset = 0; offset < COUNT; offset += limit) {
            const { hits } = await ask({ limit, offset, exhaustive: mode === 'exhaustive' });
            // Full pages until there is none left.
            expect(hits.length).toBe(Math.max(0, Math.min(limit, different - offset)));
            ids.push(...hits.map(({ id }) => id));
          }
          const shown = ids.map((id) => groups[id] ?? id);
          expect(new Set(shown).size).toBe(shown.length);
          expect(shown.length).toBe(different);
          if (mode !== 'exhaustive') return;
          // The hit of a group is its best.
          for (const id of ids) {
            const group = groups.flatMap((own, at) => (own !== undefined && own === groups[id] ? [at] : []));
            expect(scoreOf(id)).toBe(Math.max(scoreOf(id), ...group.map(scoreOf)));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  const PAIRS = Array.from({ length: COUNT }, (_, id) => (id < 12 ? `pair ${id >> 1}` : undefined));

  it('are named by their hit, from recall, too, with what is shown of them', async () => {
    const { ask } = grouped(PAIRS, { shortlist: 2 });
    const { hits } = await ask({ limit: 2 });
    expect(hits).toEqual([
      expect.objectContaining({
        id: 1,
        stage: 'rerank',
        alike: {
          count: 1,
          hits: [{ id: 0, stage: 'rerank', score: 0, gsmn: 1, coarse: cosine(0), image: payloadOf(0) }],
        },
      }),
      expect.objectContaining({
        id: 2,
        stage: 'recall',
        alike: {
          count: 1,
          hits: [{ id: 3, stage: 'recall', score: cosine(3), coarse: cosine(3), image: payloadOf(3) }],
        },
      }),
    ]);
  });

  it('are recalled further only where a page lacks hits', async () => {
    const { ask, recalling } = grouped(PAIRS, { shortlist: 8 });
    const asked = () => recalling.mock.calls.map(([, limit]) => limit);
    await ask({ limit: 4 });
    expect(asked()).toEqual([8]);
    await ask({ limit: 5 });
    expect(asked()).toEqual([8, 8, 16]);
  });

  it('are not those of a generation that is not active any more, on a page behind the different ones', async () => {
    const encode = vi.fn<QueryEncoder['encode']>(async (_query, fresh) =>
      encoded({
        images: COUNT,
        grouped: true,
        ranking: { shortlist: 8, coarseWeight: 1 },
        ...(fresh ? { generation: 'g2' } : { kept: true }),
      }),
    );
    const { ask, ranking } = grouped(PAIRS, { changes: { encoder: { encode } } });
    // 4 different ones among 8.
    expect((await ask({ offset: 5, limit: 2 })).generation).toBe('g2');
    expect(ranking).not.toHaveBeenCalled();
  });

  it('are each a hit without collapsing, and in an index without groups', async () => {
    const { ask, ranking } = grouped(PAIRS);
    for (const exhaustive of [false, true]) {
      const { hits } = await ask({ limit: 30, collapse: false, exhaustive });
      expect(hits).toHaveLength(COUNT);
      expect(hits.every(({ alike }) => alike === undefined)).toBe(true);
    }
    expect(ranking.mock.calls.map(([{ query }]) => query.grouped)).toEqual([false, false]);
    const { nearest, ask: askPlain } = engine();
    await askPlain();
    expect(nearest.mock.calls.map(([query]) => query.grouped)).toEqual([false]);
  });
});
