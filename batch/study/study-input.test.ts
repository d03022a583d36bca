import { describe, expect, it } from 'vitest';
import type { Encoder, ImageGraph, Matcher, PreparedImages } from '../../shared/model/index.ts';
import { evenCaptionImages } from '../../shared/retrieval/index.ts';
import { prepareCoarseStudy, type StudySplit } from './study-input.ts';

const [F, D, R] = [3, 2, 2];

/** Nodes repeat a region's first feature; word nodes repeat the word's id. */
const encoder: Encoder = {
  backend: 'plain',
  encodeImages: async (features, images, regions) =>
    Float32Array.from({ length: images * regions * D }, (_, at) => features[Math.floor(at / D) * F] ?? -1),
  encodeCaptions: async (captions) =>
    captions.map((ids) =>
      Float32Array.from({ length: ids.length * D }, (_, at) => ids[Math.floor(at / D)] ?? -1),
    ),
  dispose: async () => {},
};

/** Scores an image's first node against a caption's second word. */
const matcher: Matcher = {
  backend: 'plain',
  prepareImages: async (images): Promise<PreparedImages & { graphs: readonly ImageGraph[] }> => ({
    count: images.length,
    bytes: 0,
    dispose: () => {},
    graphs: images,
  }),
  score: async (prepared, captions) => {
    const { graphs } = prepared as PreparedImages & { graphs: readonly ImageGraph[] };
    const pairs = graphs.flatMap(({ nodes }) =>
      captions.map(({ words }) => 100 * (nodes[0] ?? -1) + (words[D] ?? -1)),
    );
    const imageToText = Float32Array.from(pairs);
    return {
      images: graphs.length,
      captions: captions.length,
      imageToText,
      textToImage: imageToText.map(() => 0.5),
    };
  },
  gather: () => {
    throw new Error('not asked for');
  },
  scoreLists: () => Promise.reject(new Error('not asked for')),
  evidenceOf: () => Promise.reject(new Error('not asked for')),
  dispose: async () => {},
};

/** Feature f of region r of image i is 10 i + r + f / 10. */
function split(images: number): StudySplit {
  const features = Float32Array.from({ length: images * R * F }, (_, at) => {
    const region = Math.floor(at / F);
    return 10 * Math.floor(region / R) + (region % R) + (at % F) / 10;
  });
  return {
    rows: {
      images,
      regions: R,
      featureSize: F,
      readFeatures: async (from, to) => features.slice(from * R * F, to * R * F),
    },
    boxes: Float32Array.from({ length: images * R * 4 }, (_, at) => at),
    captionImages: evenCaptionImages(images, 5),
    // Of different lengths, so that encoding in order of length has to be undone.
    captions: Array.from({ length: 5 * images }, (_, caption) =>
      caption % 2 === 0 ? [1, 4 + caption, 5, 2] : [1, 4 + caption, 2],
    ),
  };
}

describe('the input of the study', () => {
  it('has features, nodes, boxes and words of the same image and caption together', async () => {
    const { train, dev, gsmn, singleWords } = await prepareCoarseStudy(
      { encoder, matcher },
      { train: split(3), dev: split(2) },
      7,
    );
    expect([train.images.length, train.captions.length, dev.images.length]).toEqual([3, 15, 2]);
    const image = train.images[2];
    expect(image?.regions).toBe(R);
    expect(Array.from(image?.features ?? [], (value) => Math.round(10 * value))).toEqual([
      200, 201, 202, 210, 211, 212,
    ]);
    expect(Array.from(image?.nodes ?? [])).toEqual([20, 20, 21, 21]);
    expect(Array.from(image?.boxes ?? [])).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
    expect(train.captions[3]).toEqual({ ids: [1, 7, 2], words: Float32Array.of(1, 1, 7, 7, 2, 2) });
    expect(gsmn[1 * 10 + 4]).toBe(100 * 10 + 8 + 0.5);
    expect(singleWords.map(({ ids }) => ids)).toEqual([
      [1, 4, 2],
      [1, 5, 2],
      [1, 6, 2],
    ]);
  });
});
