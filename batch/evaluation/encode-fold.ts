import type { CaptionGraph, ImageGraph, WorkOptions } from '../../shared/model/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../data/encode-split.ts';
import type { Fold } from './folds.ts';
import type { Evaluation } from './open-evaluation.ts';

/** The graphs of a fold, in its order. */
export interface FoldGraphs {
  readonly images: readonly ImageGraph[];
  readonly captions: readonly CaptionGraph[];
}

/** How a stage of long work shows its progress. */
export type Stage = <T>(
  label: string,
  unit: string,
  work: (onProgress: NonNullable<WorkOptions['onProgress']>) => Promise<T>,
) => Promise<T>;

/** Encodes the images and the captions of one fold: no more than one fold's nodes are in memory at once. */
export async function encodeFold(
  { split, engines, boxes }: Evaluation,
  fold: Fold,
  stage: Stage,
  signal?: AbortSignal,
): Promise<FoldGraphs> {
  const [firstImage, lastImage] = fold.images;
  const rows = {
    images: lastImage - firstImage,
    regions: split.regions,
    featureSize: split.featureSize,
    readFeatures: (from: number, to: number) => split.readFeatures(firstImage + from, firstImage + to),
  };
  const size = split.regions * 4;
  const images = await stage('encoding images', 'images', (onProgress) =>
    encodeImageGraphs(engines.encoder, rows, boxes.subarray(firstImage * size, lastImage * size), {
      signal,
      onProgress,
    }),
  );
  const captions = await stage('encoding captions', 'captions', (onProgress) =>
    encodeCaptionGraphs(
      engines.encoder,
      split.captionIds.slice(...fold.captions),
      split.dependencies?.slice(...fold.captions),
      { signal, onProgress },
    ),
  );
  return { images, captions };
}
