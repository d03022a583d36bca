import type { CaptionGraph, Dependencies, Encoder, Matcher, WorkOptions } from '../../shared/model/index.ts';
import type { CaptionImages, RecallText } from '../../shared/retrieval/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs, type ImageRows } from '../data/encode-split.ts';
import { scoreMatrix } from '../evaluation/score-fold.ts';
import { wordSentences } from '../model/word-sentences.ts';
import type { CoarseStudyInput, EncodedSplit } from './coarse-recall.ts';

/** A split of a data folder. */
export interface StudySplit {
  readonly rows: ImageRows;
  /** `[images, R, 4]`, fractions of width and height. */
  readonly boxes: Float32Array;
  /** Word ids with `<start>` and `<end>`. */
  readonly captions: readonly (readonly number[])[];
  /** The image of each caption. */
  readonly captionImages: CaptionImages;
  /** The captions as text. */
  readonly texts?: readonly string[] | undefined;
  /** A parse for each caption, for sparse models. */
  readonly dependencies?: readonly Dependencies[] | undefined;
}

/** Encodes both splits and scores `dev` exhaustively: all the input of the study, in memory. */
export async function prepareCoarseStudy(
  engines: { readonly encoder: Encoder; readonly matcher: Matcher },
  splits: { readonly train: StudySplit; readonly dev: StudySplit },
  vocabularySize: number,
  options: WorkOptions = {},
): Promise<CoarseStudyInput> {
  const { encoder, matcher } = engines;
  const train = await encode(encoder, splits.train, options);
  const dev = await encode(encoder, splits.dev, options);
  const graphs = dev.captions.map(
    ({ words }, index): CaptionGraph => ({ words, dependencies: splits.dev.dependencies?.[index] }),
  );
  const gsmn = await scoreMatrix(matcher, dev.images, graphs, options);
  const singleWords = await encodeTexts(encoder, wordSentences(vocabularySize), undefined, options);
  return { train, dev, gsmn, singleWords };
}

async function encode(encoder: Encoder, split: StudySplit, options: WorkOptions): Promise<EncodedSplit> {
  const { rows, boxes, captions, captionImages, texts } = split;
  const graphs = await encodeImageGraphs(encoder, rows, boxes, options);
  const size = rows.regions * rows.featureSize;
  const features = await rows.readFeatures(0, rows.images);
  const images = graphs.map((graph, index) => ({
    regions: rows.regions,
    features: features.subarray(index * size, (index + 1) * size),
    ...graph,
  }));
  return { images, captions: await encodeTexts(encoder, captions, texts, options), captionImages };
}

async function encodeTexts(
  encoder: Encoder,
  captions: readonly (readonly number[])[],
  texts: readonly string[] | undefined,
  options: WorkOptions,
): Promise<RecallText[]> {
  const graphs = await encodeCaptionGraphs(encoder, captions, undefined, options);
  return captions.map((ids, index) => ({
    text: texts?.[index],
    ids,
    words: graphs[index]?.words ?? new Float32Array(),
  }));
}
