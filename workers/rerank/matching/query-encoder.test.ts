import { describe, expect, it, vi } from 'vitest';
import type { CaptionEncoder } from '../../../shared/model/index.ts';
import type { CoarseHead } from '../../../shared/retrieval/index.ts';
import { QueryEncoder } from './query-encoder.ts';

const head: CoarseHead = {
  kind: 'sum',
  dimensions: 1,
  imageVector: () => new Float32Array(1),
  textVector: ({ ids }) => Float32Array.from([ids.reduce((sum, id) => sum + id, 0)]),
};

function queries(cacheBytes: number) {
  const encodeCaptions = vi.fn<CaptionEncoder['encodeCaptions']>(async (captions) =>
    captions.map((ids) => Float32Array.from(ids)),
  );
  const encoder: CaptionEncoder = {
    backend: 'none',
    encodeCaptions,
    dispose: async () => {},
  };
  return { encodeCaptions, queries: new QueryEncoder(encoder, head, cacheBytes) };
}

describe('QueryEncoder', () => {
  it('gives nodes and the coarse vector, from its memory the second time', async () => {
    const { encodeCaptions, queries: encoder } = queries(1000);
    const nodes = { words: Float32Array.from([1, 4, 2]), coarse: Float32Array.from([7]) };
    expect(await encoder.encode([1, 4, 2])).toEqual({ nodes, cached: false });
    expect(await encoder.encode([1, 4, 2])).toEqual({ nodes, cached: true });
    expect(encodeCaptions).toHaveBeenCalledTimes(1);
    expect(encoder.cachedBytes).toBeGreaterThanOrEqual(16);
  });

  it('tells queries apart whose ids look alike', async () => {
    const { queries: encoder } = queries(1000);
    const [one, other] = [await encoder.encode([1, 23]), await encoder.encode([12, 3])];
    expect([...one.nodes.words, ...other.nodes.words]).toEqual([1, 23, 12, 3]);
  });

  it('encodes once what is asked twice at once', async () => {
    const { encodeCaptions, queries: encoder } = queries(1000);
    const answers = await Promise.all([encoder.encode([1, 2]), encoder.encode([1, 2])]);
    expect(answers.map(({ cached }) => cached)).toEqual([false, true]);
    expect(encodeCaptions).toHaveBeenCalledTimes(1);
  });

  it('asks again after a failure', async () => {
    const { encodeCaptions, queries: encoder } = queries(1000);
    encodeCaptions.mockRejectedValueOnce(new Error('broken'));
    await expect(Promise.all([encoder.encode([1]), encoder.encode([1])])).rejects.toThrow('broken');
    expect((await encoder.encode([1])).cached).toBe(false);
  });

  it('works without a memory', async () => {
    const { queries: encoder } = queries(0);
    await encoder.encode([1]);
    expect(await encoder.encode([1])).toMatchObject({ cached: false });
    expect(encoder.cachedBytes).toBe(0);
  });
});
