import { beforeAll, describe, expect, it } from 'vitest';
import { parseVocabulary } from '../../shared/text/index.ts';
import type { Split } from '../data/split.ts';
import { silentReport } from '../report.ts';
import { type EpochTexts, openShortQueries, type ShortQueries } from './short-queries.ts';

const WORDS = '<pad> <start> <end> <unk> a an orange brown cat rabbit follows sleeps .'.split(' ');
const vocabulary = parseVocabulary(
  JSON.stringify({ word2idx: Object.fromEntries(WORDS.map((word, id) => [word, id])) }),
  'test',
);
const CAPTIONS = [
  'An orange cat follows a brown rabbit .',
  'A brown cat sleeps .',
  'A zebra sleeps .',
  'A rabbit sleeps .',
];
/** Four images with a caption each. */
const split = {
  images: 4,
  captionImages: Int32Array.of(0, 1, 2, 3),
  captionTexts: CAPTIONS,
  captionIds: CAPTIONS.map((_, index) => [1, index + 4, 2]),
} as unknown as Split;
const [COUNT, SEED] = [3, 1];

let queries: ShortQueries;
let first: EpochTexts;
beforeAll(async () => {
  queries = await openShortQueries(split, vocabulary, { count: COUNT, seed: SEED }, silentReport);
  first = queries(0);
});
const words = (ids: readonly number[] = []): string =>
  ids
    .slice(1, -1)
    .map((id) => WORDS[id])
    .join(' ');
const added = ({ images, ids }: EpochTexts) =>
  ids.slice(4).map((own, index) => ({ image: images[4 + index], text: words(own), at: 4 + index }));

describe(`short queries of captions (seed ${SEED})`, () => {
  it('are added behind the captions, as a search reads them, as many for each image', () => {
    expect(first.ids.slice(0, 4)).toEqual(split.captionIds);
    for (const image of [0, 1, 3])
      expect(added(first).filter((one) => one.image === image)).toHaveLength(COUNT);
    for (const { text } of added(first)) expect(text).toMatch(/ \.$/);
  });

  it('leave out phrases with words that the model does not know', () => {
    expect(added(first).filter(({ image }) => image === 2)).toEqual([]);
  });

  it('fit every image that has the phrase, and captions their own image alone', () => {
    const all = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((epoch) => {
      const texts = queries(epoch);
      return added(texts).map((one) => ({
        ...one,
        fits: [0, 1, 2, 3].filter((image) => texts.fits?.(image, one.at)),
      }));
    });
    const fitting = (...texts: string[]) => all.find(({ text }) => texts.includes(text))?.fits;
    expect(fitting('cat .', 'a cat .')).toEqual([0, 1]);
    expect(fitting('orange cat .', 'an orange cat .')).toEqual([0]);
    expect(fitting('rabbit sleeps .', 'a rabbit sleeps .')).toEqual([3]);
    expect([first.fits?.(1, 1), first.fits?.(0, 1)]).toEqual([true, false]);
  });

  it('are others in each epoch, and the same for the same epoch', () => {
    expect(queries(0).ids).toEqual(first.ids);
    expect(queries(1).ids).not.toEqual(first.ids);
  });
});
