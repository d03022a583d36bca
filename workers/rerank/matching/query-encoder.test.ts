import { describe, expect, it, vi } from 'vitest';
import type { CaptionEncoder } from '../../../shared/model/index.ts';
import type { RecallTextEncoder } from '../../../shared/retrieval/recall-encoder.ts';
import { QueryEncoder } from './query-encoder.ts';

const sum: RecallTextEncoder = {
  kind: 'sum',
  dimensions: 1,
  needs: ['ids'],
  encodeTexts: async (texts) =>
    texts.map(({ ids }) => Float32Array.from([ids.reduce((total, id) => total + id, 0)])),
};
const length: RecallTextEncoder = {
  kind: 'length',
  dimensions: 1,
  needs: ['text'],
  encodeTexts: async (texts) => texts.map(({ text = '' }) => Float32Array.from([text.length])),
};

function queries(cacheBytes: number, recall = sum) {
  const encodeCaptions = vi.fn<CaptionEncoder['encodeCaptions']>(async (captions) =>
    captions.map((ids) => Float32Array.from(ids)),
  );
  const encoder: CaptionEncoder = {
    backend: 'none',
    encodeCaptions,
    dispose: async () => {},
  };
  return { encodeCaptions, queries: new QueryEncoder(encoder, recall, cacheBytes) };
}

describe('QueryEncoder', () => {
  it('gives nodes and the coarse vector, from its memory the second time', async () => {
    const { encodeCaptions, queries: encoder } = queries(1000);
    const nodes = { words: Float32Array.from([1, 4, 2]), coarse: Float32Array.from([7]) };
    expect(await encoder.encode([1, 4, 2], 'a')).toEqual({ nodes, cached: false });
    expect(await encoder.encode([1, 4, 2], 'a')).toEqual({ nodes, cached: true });
    expect(encodeCaptions).toHaveBeenCalledTimes(1);
    expect(encoder.cachedBytes).toBeGreaterThanOrEqual(16);
  });

  it('tells queries apart whose ids look alike', async () => {
    const { queries: encoder } = queries(1000);
    const [one, other] = [await encoder.encode([1, 23], 'a'), await encoder.encode([12, 3], 'a')];
    expect([...one.nodes.words, ...other.nodes.words]).toEqual([1, 23, 12, 3]);
  });

  it('tells queries of the same words apart where the recall encoder reads the text', async () => {
    const { queries: encoder } = queries(1000, length);
    const answers = [
      await encoder.encode([1], 'a'),
      await encoder.encode([1], 'A!'),
      await encoder.encode([1], 'a'),
    ];
    expect(answers.map(({ nodes, cached }) => [...nodes.coarse, cached])).toEqual([
      [1, false],
      [2, false],
      [1, true],
    ]);
  });

  it('encodes once what is asked twice at once', async () => {
    const { encodeCaptions, queries: encoder } = queries(1000);
    const answers = await Promise.all([encoder.encode([1, 2], 'a'), encoder.encode([1, 2], 'b')]);
    expect(answers.map(({ cached }) => cached)).toEqual([false, true]);
    expect(encodeCaptions).toHaveBeenCalledTimes(1);
  });

  it('asks again after a failure', async () => {
    const { encodeCaptions, queries: encoder } = queries(1000);
    encodeCaptions.mockRejectedValueOnce(new Error('broken'));
    await expect(Promise.all([encoder.encode([1], 'a'), encoder.encode([1], 'a')])).rejects.toThrow('broken');
    expect((await encoder.encode([1], 'a')).cached).toBe(false);
  });

  it('works without a memory', async () => {
    const { queries: encoder } = queries(0);
    await encoder.encode([1], 'a');
    expect(await encoder.encode([1], 'a')).toMatchObject({ cached: false });
    expect(encoder.cachedBytes).toBe(0);
  });
});
