import { createModel, type Model } from '../../shared/generation/index.ts';
import type { PretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import { openRecallEncoder } from '../../shared/retrieval/index.ts';
import type { Ranking } from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import type { Split } from '../data/split.ts';
import type { Report } from '../report.ts';
import { defaultRanking, fitRanking } from './fit-ranking.ts';
import type { LoadedModel } from './load-model.ts';
import { FEWEST_IMAGES } from './prepare-model.ts';
import { someCaptioned } from './training-samples.ts';
import { wordSentences } from './word-sentences.ts';

/**
 * A model with a pretrained encoder as its recall encoder. The weight of its own one means nothing for another's cosines:
 * it is fitted on the captions of the split if there are enough, else it is the default share of the spread of both scores.
 *
 * @param split the images to search, encoded by the encoder.
 * @throws AppError `argument_invalid` for a split that was not encoded, `fingerprint_mismatch` if by another encoder.
 */
export async function replaceRecall(
  { model, engines }: Pick<LoadedModel, 'model' | 'engines'>,
  encoder: PretrainedEncoder,
  split: Split,
  report: Report,
  signal?: AbortSignal,
): Promise<Model> {
  const recall = await openRecallEncoder(
    encoder.stored,
    `the pretrained encoder ${encoder.name}`,
    encoder.openTexts,
  );
  try {
    const { captionTexts } = split;
    const isFitted =
      captionTexts !== undefined && someCaptioned(split, FEWEST_IMAGES).length === FEWEST_IMAGES;
    const ranking = isFitted
      ? await fitRanking(engines, recall, withIds(split, captionTexts, model), report, signal)
      : await defaultRanking(engines, recall, split, wordsOf(model), report, signal);
    tellWeight(encoder, ranking, isFitted, report);
    return await createModel({ ...model, coarse: encoder.stored, ranking });
  } finally {
    await recall.dispose?.();
  }
}

/** Captions as ids of the model's words, where the data has them as text alone. */
function withIds(split: Split, texts: readonly string[], { vocabulary }: Model): Split {
  const ids = texts.map((text, at) => split.captionIds[at] ?? encodeQuery(text, vocabulary).ids);
  return { ...split, captionIds: ids };
}

/** Every word of the model as a sentence. */
function wordsOf({ vocabulary }: Model): Parameters<typeof defaultRanking>[3] {
  const ids = wordSentences(vocabulary.size);
  return { ids, texts: ids.map(([, word = 0]) => vocabulary.wordOf(word)) };
}

function tellWeight(
  { name }: PretrainedEncoder,
  { coarseWeight }: Ranking,
  isFitted: boolean,
  report: Report,
): void {
  const weight = coarseWeight.toPrecision(3);
  report.say(
    isFitted
      ? `recall by ${name}: its weight beside GSMN is ${weight}, fitted on the captions`
      : `recall by ${name}: its weight beside GSMN is ${weight}, the default; too few images have captions to fit it on`,
  );
}
