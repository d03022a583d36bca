import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { loadParser } from '../../shared/platform/parse/index.ts';
import type { CaptionImages } from '../../shared/retrieval/index.ts';
import { understandQuery, type Vocabulary } from '../../shared/text/index.ts';
import { captionsByImage } from '../data/caption-images.ts';
import type { Split } from '../data/split.ts';
import type { Report } from '../report.ts';
import { PHRASE_KINDS, type Phrase } from './caption-phrases.ts';
import { type ImagePhrases, imagePhrases, phraseKey, phraseText } from './image-phrases.ts';

/** The texts of one epoch: all captions, and behind them what was added. */
export interface EpochTexts {
  /** The image of each text. */
  readonly images: CaptionImages;
  /** The word ids of each text, with `<start>` and `<end>`. */
  readonly ids: readonly (readonly number[])[];
  /** Whether a text fits an image: its own, and a phrase every image that has it in a caption. Undefined without short queries. */
  readonly fits?: ((image: number, text: number) => boolean) | undefined;
}

/** Makes the texts of each epoch. */
export type ShortQueries = (epoch: number) => EpochTexts;

/** Captions as they are. */
export function captionsAlone({ captionImages, captionIds }: Split): EpochTexts {
  return { images: captionImages, ids: captionIds };
}

/**
 * Captions with short queries: in each epoch `count` phrases of the captions of each image, chosen anew by seed and epoch alone, the kinds
 * equally often, with and without articles, read as a search reads them. The k-th phrase of an image meets the k-th of its twin.
 *
 * @throws AppError of the parser.
 */
export async function openShortQueries(
  split: Split,
  vocabulary: Vocabulary,
  { count, seed }: { readonly count: number; readonly seed: number },
  report: Report,
  signal?: AbortSignal,
): Promise<ShortQueries> {
  const { images, captionTexts = [], captionIds, captionImages } = split;
  const captions = captionsByImage(captionImages, images).map((own) =>
    own.map((caption) => captionTexts[caption] ?? ''),
  );
  const parser = await loadParser();
  const phrases = await report.stage('short queries of the captions', 'captions', (onProgress) =>
    imagePhrases(captions, parser, { onProgress, signal }),
  );
  const read = readOnce(vocabulary);
  const choices = phrases.map((own) => byKind(own, read));
  return (epoch) => {
    const random = xoroshiro128plus((Math.imul(seed, 0x27d4eb2f) ^ Math.imul(epoch + 1, 0x9e3779b1)) | 0);
    const one = <T>(all: readonly T[]): T => all[uniformInt(random, 0, all.length - 1)] as T;
    const added: { image: number; key: string; ids: readonly number[] }[] = [];
    for (const [image, kinds] of choices.entries()) {
      for (let place = 0; place < count && kinds.length > 0; place++) {
        const phrase = one(one(kinds));
        const ids = read(phraseText(phrase, one([true, false])));
        if (ids !== undefined) added.push({ image, key: phraseKey(phrase), ids });
      }
    }
    return {
      images: Int32Array.from([...captionImages, ...added.map(({ image }) => image)]),
      ids: [...captionIds, ...added.map(({ ids }) => ids)],
      fits: (image, text) => {
        const own = added[text - captionIds.length];
        if (own === undefined) return captionImages[text] === image;
        return phrases[image]?.has(own.key) === true;
      },
    };
  };
}

/** The phrases of an image whose words the vocabulary has, kind by kind. */
function byKind(phrases: ImagePhrases, read: (text: string) => readonly number[] | undefined): Phrase[][] {
  const known = [...phrases.values()].filter((phrase) => read(phraseText(phrase, false)) !== undefined);
  return PHRASE_KINDS.map((kind) => known.filter((phrase) => phrase.kind === kind)).filter(
    (own) => own.length > 0,
  );
}

/** The word ids of a query, as a search reads it; undefined if it has a word that the model lacks. Each text is read once. */
function readOnce(vocabulary: Vocabulary): (text: string) => readonly number[] | undefined {
  const known = new Map<string, readonly number[] | undefined>();
  return (text) => {
    if (!known.has(text)) {
      const { ids, written } = understandQuery(text, vocabulary);
      // What is near in meaning is not what the image shows.
      const isNear = written.some(({ by }) => by === 'meaning' || by === 'spelling');
      known.set(text, isNear || ids.includes(vocabulary.unknownId) ? undefined : ids);
    }
    return known.get(text);
  };
}
