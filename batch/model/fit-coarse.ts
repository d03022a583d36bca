import type { Encoder } from '../../shared/model/index.ts';
import {
  CENTRED_POOLING_WARNING,
  COARSE_DEFAULTS,
  type FeatureLayout,
  fitCentredPooling,
  fitProjection,
  type RecallImage,
  type RecallText,
  type StoredRecallEncoder,
  selectBagWords,
} from '../../shared/retrieval/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../data/encode-split.ts';
import type { Split } from '../data/split.ts';
import type { EpochTexts } from '../phrases/index.ts';
import type { Report } from '../report.ts';
import { captionedImages, evenlySpaced, someBoxes, someCaptioned, someRows } from './training-samples.ts';
import { wordSentences } from './word-sentences.ts';

/** Maximum number of images that the recall encoder is fitted on: bounds the time for encoding them. */
const TRAINING_IMAGES = 8000;
/** Number of images whose mean centred pooling uses. */
const POOLED_IMAGES = 1000;

/**
 * Fits the default recall encoder on captioned images (docs/coarse-recall.md).
 *
 * @param texts the captions of the images, or these and short queries.
 */
export async function fitOnCaptions(
  encoder: Encoder,
  config: ModelConfig,
  train: Split,
  texts: EpochTexts,
  report: Report,
  signal?: AbortSignal,
): Promise<StoredRecallEncoder> {
  const chosen = someCaptioned(train, TRAINING_IMAGES);
  const layout: FeatureLayout = {
    image: { regions: config.imageFeatureSize, nodes: config.jointSize },
    text: {
      bag: selectBagWords(
        chosen.flatMap((image) => train.captionsOf(image)).map((caption) => train.captionIds[caption] ?? []),
        COARSE_DEFAULTS.bagWords,
      ),
      words: config.jointSize,
    },
  };
  return report.stage(`fit recall on ${train.split}`, 'images', (onProgress) =>
    fitProjection(captionedImages(encoder, train, texts, chosen, { signal, onProgress }), layout),
  );
}

/** The fallback without captions: the mean is subtracted, and a warning says what that costs. */
export async function fitWithoutCaptions(
  encoder: Encoder,
  config: ModelConfig,
  split: Split,
  report: Report,
  signal?: AbortSignal,
): Promise<StoredRecallEncoder> {
  report.warn(CENTRED_POOLING_WARNING);
  const chosen = evenlySpaced(split.images, POOLED_IMAGES);
  const rows = someRows(split, chosen);
  const graphs = await report.stage('mean of the images', 'images', (onProgress) =>
    encodeImageGraphs(encoder, rows, someBoxes(split, chosen), { signal, onProgress }),
  );
  const images = graphs.map(
    (graph): RecallImage => ({ regions: split.regions, features: new Float32Array(), ...graph }),
  );
  return fitCentredPooling(config.jointSize, images, await singleWords(encoder, config, report, signal));
}

async function singleWords(
  encoder: Encoder,
  { vocabularySize }: ModelConfig,
  report: Report,
  signal?: AbortSignal,
): Promise<RecallText[]> {
  const sentences = wordSentences(vocabularySize);
  const graphs = await report.stage('mean of the words', 'words', (onProgress) =>
    encodeCaptionGraphs(encoder, sentences, undefined, { signal, onProgress }),
  );
  return sentences.map((ids, index) => ({ ids, words: graphs[index]?.words ?? new Float32Array() }));
}
