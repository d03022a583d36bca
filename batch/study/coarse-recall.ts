import { AppError } from '../../shared/errors/index.ts';
import {
  type CaptionedImage,
  type CaptionImages,
  COARSE_DEFAULTS,
  coarseScores,
  openRecallEncoder,
  type RecallImage,
  type RecallText,
  recallMetrics,
  selectBagWords,
} from '../../shared/retrieval/index.ts';
import { captionsByImage } from '../data/caption-images.ts';
import { CANDIDATES, type TrainingData } from './coarse-candidates.ts';
import { type EncoderRow, encoderTable, rankingTable } from './coarse-tables.ts';
import { type CrossFit, crossFit, type RankedRow, rankedRows } from './measure-fusion.ts';
import { shortlistRecall } from './shortlist-recall.ts';

/** A split, encoded. */
export interface EncodedSplit {
  readonly images: readonly RecallImage[];
  readonly captions: readonly RecallText[];
  /** The image of each caption. */
  readonly captionImages: CaptionImages;
}

export interface CoarseStudyInput {
  /** The split that the encoders are fitted on. */
  readonly train: EncodedSplit;
  /** The split that they are evaluated on. */
  readonly dev: EncodedSplit;
  /** Exhaustive GSMN of `dev`, `[images, captions]`. */
  readonly gsmn: Float32Array;
  /** Every word of the vocabulary, encoded as a sentence of its own. */
  readonly singleWords: readonly RecallText[];
  readonly onProgress?: ((done: number, total: number, name: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CoarseStudy {
  readonly encoders: readonly EncoderRow[];
  /** Of the default encoder, which is the last. */
  readonly rankings: readonly RankedRow[];
  readonly crossFit: CrossFit;
  /** The tables of docs/coarse-recall.md. */
  readonly markdown: string;
}

/**
 * Fits every candidate on `train` and measures on `dev` what its shortlists contain, and how the default encoder and
 * GSMN rank together.
 *
 * @throws AppError `argument_invalid` without captions, `shape_mismatch`.
 */
export async function runCoarseStudy(input: CoarseStudyInput): Promise<CoarseStudy> {
  const { dev, gsmn } = input;
  const data = trainingData(input);
  const { captionImages } = dev;
  const [images, captions] = [dev.images.length, dev.captions.length];
  const encoders: EncoderRow[] = [];
  let coarse: Float32Array = new Float32Array();
  for (const [index, candidate] of CANDIDATES.entries()) {
    input.signal?.throwIfAborted();
    input.onProgress?.(index, CANDIDATES.length, candidate.name);
    const start = performance.now();
    const stored = await candidate.fit(data);
    const fitSeconds = (performance.now() - start) / 1000;
    const recall = await openRecallEncoder(stored, candidate.name);
    coarse = await coarseScores(recall, dev.images, dev.captions);
    await recall.dispose?.();
    const { r1, r5, r10 } = recallMetrics(coarse, images, captionImages).textToImage;
    encoders.push({
      name: candidate.name,
      dimensions: recall.dimensions,
      bytes: [...stored.tensors.values()].reduce((sum, tensor) => sum + tensor.data.byteLength, 0),
      fitSeconds,
      recall: shortlistRecall(coarse, gsmn, images, captionImages),
      alone: [r1, r5, r10],
    });
  }
  input.onProgress?.(CANDIDATES.length, CANDIDATES.length, 'rankings');
  const pairs = { gsmn, coarse, images, captions, captionImages };
  const rankings = rankedRows(pairs);
  const crossed = crossFit(pairs);
  const markdown = [encoderTable(encoders), rankingTable(rankings, crossed)].join('\n\n');
  return { encoders, rankings, crossFit: crossed, markdown };
}

function trainingData({ train, singleWords }: CoarseStudyInput): TrainingData {
  const samples = captioned(train);
  const [first] = samples;
  const [word] = singleWords;
  if (first === undefined || word === undefined) {
    throw new AppError('argument_invalid', 'the study needs training images and a vocabulary');
  }
  const { image } = first;
  return {
    featureSize: image.features.length / image.regions,
    nodeSize: image.nodes.length / image.regions,
    samples,
    bag: selectBagWords(
      train.captions.map(({ ids }) => ids),
      COARSE_DEFAULTS.bagWords,
    ),
    singleWords,
  };
}

/** The images that have captions. */
function captioned({ images, captions, captionImages }: EncodedSplit): CaptionedImage[] {
  const own = captionsByImage(captionImages, images.length);
  return images.flatMap((image, index) => {
    const texts = (own[index] ?? []).flatMap((caption) => captions[caption] ?? []);
    return texts.length === 0 ? [] : [{ image, captions: texts }];
  });
}
