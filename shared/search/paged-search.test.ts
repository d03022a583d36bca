import { describe, expect, it } from 'vitest';
import { encoded, engine, failing, listOf, rankedPage, recalled } from '../../test/support/search-parts.ts';

describe('the pages of a search', () => {
  it('count what was compared, the same on each, and say whether more follow', async () => {
    const { ask } = engine();
    const pages: unknown[] = [];
    for (const offset of [0, 3, 6, 9, 12]) {
      const { total, more, hits } = await ask({ offset });
      pages.push([total, more, hits.length]);
    }
    // A shortlist of four of ten images.
    expect(pages).toEqual([
      [4, true, 3],
      [4, true, 3],
      [4, true, 3],
      [4, false, 1],
      [4, false, 0],
    ]);
    expect(await ask({ limit: 10 })).toMatchObject({ total: 4, more: false });
  });

  it('count the same if nothing could be compared', async () => {
    const { ask } = engine({ ranker: { rank: failing('timeout') } });
    expect(await ask()).toMatchObject({ total: 4, more: true, degraded: { code: 'timeout' } });
  });

  it('count all images in an exhaustive search, and those that pass a filter', async () => {
    const { ask } = engine({
      ranker: {
        rank: async (request) => ({ ...rankedPage(request), total: listOf(request.candidates).length }),
      },
    });
    expect(await ask({ exhaustive: true })).toMatchObject({ total: 10, more: true });
    expect(await ask({ exhaustive: true, offset: 7 })).toMatchObject({ total: 10, more: false });
  });

  it('count images that look alike once', async () => {
    const { ask } = engine({
      encoder: { encode: async (query) => encoded({ ...query, grouped: true, images: 4 }) },
      recall: {
        nearest: async (_query, limit) =>
          recalled(4)
            .map((image) => ({ ...image, group: image.id < 3 ? 'a' : 'b' }))
            .slice(0, limit),
      },
    });
    expect(await ask({ limit: 1 })).toMatchObject({ total: 2, more: true });
    expect(await ask({ limit: 1, offset: 1 })).toMatchObject({ total: 2, more: false });
  });

  it('stay in the generation that is named, though another one is active', async () => {
    const { ask, encode } = engine({
      ranker: { rank: async (request) => ({ ...rankedPage(request), active: 'g2' }) },
    });
    encode.mockImplementation(async (query) => encoded({ ...query, kept: true }));
    expect((await ask({ generation: 'g1' })).generation).toBe('g1');
    expect(encode.mock.calls).toEqual([
      [expect.objectContaining({ text: 'a dog', generation: 'g1' }), false, expect.anything()],
    ]);
  });

  it.each(['generation_stale', 'not_found'] as const)(
    'fail with %s if that is gone, without a second attempt in another one',
    async (code) => {
      const { ask, encode } = engine({ recall: { nearest: failing(code) } });
      await expect(ask({ generation: 'g1' })).rejects.toMatchObject({ code });
      expect(encode).toHaveBeenCalledTimes(1);
    },
  );
});
