import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/index.ts';
import { evenCaptionImages, type RecallText } from '../../shared/retrieval/index.ts';
import { type EncodedSplit, runCoarseStudy } from './coarse-recall.ts';
import { shortlistRecall } from './shortlist-recall.ts';

const [F, D, R] = [6, 6, 2];

/** Images of one thing each, with five captions that name it; images of the same thing are similar. */
function split(images: number, seed: number): EncodedSplit {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const one = (thing: number, length: number): Float32Array =>
    Float32Array.from({ length }, (_, at) => (at % F === thing % F ? 1 : 0) + 0.3 * next());
  const text = (thing: number): RecallText => ({ ids: [1, 4 + thing, 2], words: one(thing, 3 * D) });
  return {
    images: Array.from({ length: images }, (_, thing) => ({
      regions: R,
      features: one(thing, R * F),
      nodes: one(thing, R * D),
      boxes: Float32Array.of(0, 0, 1, 1, 0, 0, 0.5, 0.5),
    })),
    captions: Array.from({ length: 5 * images }, (_, caption) => text(Math.floor(caption / 5) % F)),
    captionImages: evenCaptionImages(images, 5),
  };
}

describe('the coarse study', () => {
  it('measures every encoder, and its ranking together with GSMN', async () => {
    const [train, dev] = [split(60, 1), split(30, 2)];
    // An exhaustive comparison that is right most of the time.
    const gsmn = Float32Array.from({ length: 30 * 150 }, (_, pair) => {
      const right = Math.floor((pair % 150) / 5) === Math.floor(pair / 150);
      return (right ? 1 : 0) + Math.sin(pair * 12.9898);
    });
    const names: string[] = [];
    const study = await runCoarseStudy({
      train,
      dev,
      gsmn,
      singleWords: split(2, 3).captions,
      onProgress: (_done, _total, name) => names.push(name),
    });
    expect(names).toEqual([...study.encoders.map(({ name }) => name), 'rankings']);
    for (const { recall, bytes } of study.encoders) {
      expect(bytes).toBeGreaterThan(0);
      // Thirty images: shortlists of 50 and more contain all.
      for (const shares of [recall.top1, recall.top10, recall.right]) {
        expect(shares[0]).toBeGreaterThan(0);
        expect(shares.slice(1)).toEqual([100, 100, 100]);
      }
    }
    const [alone] = study.rankings;
    expect(alone?.name).toBe('GSMN');
    expect(alone?.cascades[3]?.[0]).toBeCloseTo(alone?.exhaustive.textToImage.r1 ?? Number.NaN);
    const lines = study.markdown.split('\n');
    expect(lines.filter((line) => line.startsWith('| CCA, all')).length).toBeGreaterThan(3);
    expect(study.markdown).not.toContain('NaN');
  });

  it('accepts images with any number of captions, and refuses captions without scores', async () => {
    const [train, dev] = [split(30, 1), split(8, 2)];
    const captionImages = evenCaptionImages(8, 5).map((image) => (image === 3 ? 4 : image));
    const input = { train, dev: { ...dev, captionImages }, singleWords: dev.captions };
    const { encoders } = await runCoarseStudy({
      ...input,
      gsmn: new Float32Array(8 * 40).map((_, pair) => Math.sin(pair * 12.9898)),
    });
    expect(encoders[0]?.recall.right[0]).toBe(100);
    await expect(runCoarseStudy({ ...input, gsmn: new Float32Array(8 * 39) })).rejects.toThrow(AppError);
  });
});

describe('the contents of a shortlist', () => {
  it('counts the first, the first ten and the right one', () => {
    const images = 40;
    const captions = 200;
    const rising = Float32Array.from({ length: images * captions }, (_, pair) => Math.floor(pair / captions));
    const falling = rising.map((value) => -value);
    expect(shortlistRecall(rising, rising, images, evenCaptionImages(images, 5))).toEqual({
      top1: [100, 100, 100, 100],
      top10: [100, 100, 100, 100],
      right: [50, 100, 100, 100],
    });
    expect(shortlistRecall(rising, falling, images, evenCaptionImages(images, 5)).top1[0]).toBe(0);
  });
});
