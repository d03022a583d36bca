import {
  type DirectionMetrics,
  oneDecimal,
  type RecallMetrics,
  releasedLines,
} from '../../shared/retrieval/index.ts';
import type { LoadedNetwork } from '../checkpoint/load-network.ts';
import type { Members } from './open-members.ts';

/** recall@K in percent, median and mean rank counted from one. */
export type Figures = Omit<DirectionMetrics, 'ranks'>;

export interface Summary {
  readonly rsum: number;
  readonly imageToText: Figures;
  readonly textToImage: Figures;
}

const NAMES = ['r1', 'r5', 'r10', 'median', 'mean'] as const;

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function meanFigures(directions: readonly Figures[]): Figures {
  const [r1, r5, r10, median, rank] = NAMES.map((name) => mean(directions.map((figures) => figures[name])));
  return {
    r1: r1 ?? Number.NaN,
    r5: r5 ?? Number.NaN,
    r10: r10 ?? Number.NaN,
    median: median ?? Number.NaN,
    mean: rank ?? Number.NaN,
  };
}

/** The mean of the folds' figures, as reported for MSCOCO; for one fold, its own. */
export function summarise(folds: readonly RecallMetrics[]): Summary {
  return {
    rsum: mean(folds.map(({ rsum }) => rsum)),
    imageToText: meanFigures(folds.map(({ imageToText }) => imageToText)),
    textToImage: meanFigures(folds.map(({ textToImage }) => textToImage)),
  };
}

function averageRecall({ r1, r5, r10 }: Figures): string {
  return oneDecimal((r1 + r5 + r10) / 3);
}

function row(figures: Figures, separator: string): string {
  return NAMES.map((name) => oneDecimal(figures[name])).join(separator);
}

/**
 * The lines that the released scripts print: `test.py` for one fold, `testall.py` for five. The latter prints its three
 * averages under wrong labels (off by one); here each has its own name.
 */
export function evaluationLines(folds: readonly RecallMetrics[]): string[] {
  const [first] = folds;
  if (first !== undefined && folds.length === 1) return releasedLines(first);
  const count = (direction: 'imageToText' | 'textToImage'): number =>
    folds.reduce((sum, metrics) => sum + metrics[direction].ranks.length, 0);
  const { rsum, imageToText, textToImage } = summarise(folds);
  return [
    `Images: ${count('imageToText')}, Captions: ${count('textToImage')}`,
    ...folds.flatMap((fold) => [
      `Image to text: ${row(fold.imageToText, ', ')}`,
      `Text to image: ${row(fold.textToImage, ', ')}`,
      `rsum: ${oneDecimal(fold.rsum)} ar: ${averageRecall(fold.imageToText)} ari: ${averageRecall(fold.textToImage)}`,
    ]),
    '-----------------------------------',
    'Mean metrics: ',
    `rsum: ${oneDecimal(rsum)}`,
    `Average i2t Recall: ${averageRecall(imageToText)}`,
    `Image to text: ${row(imageToText, ' ')}`,
    `Average t2i Recall: ${averageRecall(textToImage)}`,
    `Text to image: ${row(textToImage, ' ')}`,
  ];
}

/** The same for programs: `model` for one, `ensemble` for several; `folds` if there are any. */
export function evaluationJson(members: Members, folds: readonly RecallMetrics[]): object {
  const [{ network, split, engines, protocol }, ...others] = members;
  const models = [network, ...others.map((member) => member.network)].map(modelJson);
  return {
    ...(models.length === 1 ? { model: models[0] } : { ensemble: models }),
    data: {
      folder: split.folder,
      split: split.split,
      images: split.images,
      captions: split.captionIds.length,
    },
    backend: engines.backend,
    precision: engines.precision,
    protocol,
    metrics: summarise(folds),
    ...(folds.length > 1 && { folds: folds.map((fold) => summarise([fold])) }),
  };
}

function modelJson({ path, kind, config, epoch, bestRsum }: LoadedNetwork): object {
  return { path, kind, propagation: config.propagation, sparse: config.sparse, epoch, bestRsum };
}
