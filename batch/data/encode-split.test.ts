import { describe, expect, it } from 'vitest';
import type { Encoder } from '../../shared/model/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs, imageBatch } from './encode-split.ts';

/** D = 1: the node of a region is its first feature, the node of a word its id. Records its batches. */
function plainEncoder(featureSize: number): Encoder & { readonly batches: number[][] } {
  const batches: number[][] = [];
  return {
    backend: 'plain',
    batches,
    encodeImages: async (features, images) => {
      batches.push([images]);
      return features.filter((_, index) => index % featureSize === 0);
    },
    encodeCaptions: async (captions) => {
      batches.push(captions.map((caption) => caption.length));
      return captions.map((caption) => Float32Array.from(caption));
    },
    dispose: async () => {},
  };
}

describe('encodeImageGraphs', () => {
  it('returns nodes and boxes of every image across batches, and reports progress', async () => {
    const [images, regions, featureSize] = [300, 2, 3];
    const encoder = plainEncoder(featureSize);
    const progress: number[] = [];
    const graphs = await encodeImageGraphs(
      encoder,
      {
        images,
        regions,
        featureSize,
        readFeatures: async (from, to) =>
          Float32Array.from({ length: (to - from) * 6 }, (_, index) => from * 6 + index),
      },
      Float32Array.from({ length: images * regions * 4 }, (_, index) => index),
      { onProgress: (done) => progress.push(done) },
    );
    expect(graphs.map(({ nodes }) => [...nodes])).toEqual(
      Array.from({ length: images }, (_, image) => [image * 6, image * 6 + 3]),
    );
    expect(graphs.map(({ boxes }) => boxes[0])).toEqual(
      Array.from({ length: images }, (_, image) => image * 8),
    );
    expect(encoder.batches).toEqual([[128], [128], [44]]);
    expect(progress).toEqual([128, 256, 300]);
  });

  it('encodes fewer images at once the larger they are, but at least one', () => {
    expect(imageBatch(36, 2048)).toBe(128);
    expect(imageBatch(100, 4096)).toBe(40);
    expect(imageBatch(1000, 100_000)).toBe(1);
  });
});

describe('encodeCaptionGraphs', () => {
  const captions = Array.from({ length: 600 }, (_, index) => [1, ...Array<number>(index % 7).fill(index), 2]);

  it('keeps the order of captions, although captions of equal length share a batch', async () => {
    const encoder = plainEncoder(1);
    const parses = captions.map((_, index) => [[0, index] as const]);
    const graphs = await encodeCaptionGraphs(encoder, captions, parses);
    expect(graphs.map(({ words }) => [...words])).toEqual(captions);
    expect(graphs.map(({ dependencies }) => dependencies)).toEqual(parses);
    expect(encoder.batches.flat()).toEqual(captions.map(({ length }) => length).sort((a, b) => a - b));
    expect(encoder.batches.map(({ length }) => length)).toEqual([256, 256, 88]);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const stopped = encodeCaptionGraphs(plainEncoder(1), captions, undefined, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
  });
});
