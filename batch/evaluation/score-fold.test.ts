import { describe, expect, it } from 'vitest';
import type { CaptionGraph, ImageGraph, Matcher, PreparedImages } from '../../shared/model/index.ts';
import { scoreMatrix, scoreRows } from './score-fold.ts';

/** Scores an image with a caption as `10 · image + caption` and `1000`; counts prepared images that are not disposed of. */
function plainMatcher(): Matcher & { readonly alive: Set<PreparedImages> } {
  const alive = new Set<PreparedImages>();
  const held = new WeakMap<PreparedImages, readonly ImageGraph[]>();
  return {
    backend: 'plain',
    alive,
    prepareImages: async (images) => {
      const prepared: PreparedImages = {
        count: images.length,
        bytes: 0,
        dispose: () => alive.delete(prepared),
      };
      alive.add(prepared);
      held.set(prepared, images);
      return prepared;
    },
    score: async (prepared, captions, _indices, options) => {
      const images = held.get(prepared) ?? [];
      options?.onProgress?.(images.length * captions.length, images.length * captions.length);
      return {
        images: images.length,
        captions: captions.length,
        imageToText: Float32Array.from(
          images.flatMap(({ nodes }) => captions.map(({ words }) => 10 * (nodes[0] ?? 0) + (words[0] ?? 0))),
        ),
        textToImage: new Float32Array(images.length * captions.length).fill(1000),
      };
    },
    gather: () => {
      throw new Error('not asked for');
    },
    scoreLists: () => Promise.reject(new Error('not asked for')),
    evidenceOf: () => Promise.reject(new Error('not asked for')),
    dispose: async () => {},
  };
}

const images = Array.from(
  { length: 1100 },
  (_, index): ImageGraph => ({
    nodes: Float32Array.of(index),
    boxes: new Float32Array(4),
  }),
);
const captions = [1, 2, 3].map((word): CaptionGraph => ({ words: Float32Array.of(word) }));

describe('scoreRows', () => {
  it('scores a block of images at a time and releases it before the next', async () => {
    const matcher = plainMatcher();
    const progress: number[] = [];
    const blocks: number[][] = [];
    for await (const { from, images: count, similarities } of scoreRows(matcher, images, captions, {
      onProgress: (done, total) => progress.push(done, total),
    })) {
      blocks.push([from, count, similarities.length]);
      expect(matcher.alive.size).toBe(1);
    }
    expect(blocks).toEqual([
      [0, 500, 1500],
      [500, 500, 1500],
      [1000, 100, 300],
    ]);
    expect(progress).toEqual([1500, 3300, 3000, 3300, 3300, 3300]);
    expect(matcher.alive.size).toBe(0);
  });

  it('releases a block if the rest is not needed', async () => {
    const matcher = plainMatcher();
    for await (const _rows of scoreRows(matcher, images, captions)) break;
    expect(matcher.alive.size).toBe(0);
  });
});

describe('scoreMatrix', () => {
  it('adds the scores of both graphs, [images, captions]', async () => {
    const matrix = await scoreMatrix(plainMatcher(), images, captions);
    const expected = Float32Array.from(
      { length: 3300 },
      (_, pair) => 1000 + 10 * Math.floor(pair / 3) + (pair % 3) + 1,
    );
    expect(matrix).toEqual(expected);
  });
});
