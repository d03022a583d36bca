import {
  coarseScores,
  type DirectionMetrics,
  openRecallEncoder,
  type RecallImage,
  recallMetrics,
  type StoredRecallEncoder,
} from '../../shared/retrieval/index.ts';
import type { CaptionedPhotos } from './captioned-photos.ts';

/** Recall at 1, 5 and 10 in percent, with one decimal. */
export type RecallAt = readonly [number, number, number];

export interface PhotoRecallFigures {
  readonly textToImage: RecallAt;
  readonly imageToText: RecallAt;
}

const NOTHING = new Float32Array(0);

/** Recall@K of an encoder among photographs, each caption compared with each photograph. */
export async function measureRecall(
  stored: StoredRecallEncoder,
  { count, size, whole, captions }: CaptionedPhotos,
): Promise<PhotoRecallFigures> {
  const encoder = await openRecallEncoder(stored);
  try {
    const images = Array.from(
      { length: count },
      (_, row): RecallImage => ({
        regions: 0,
        features: NOTHING,
        nodes: NOTHING,
        boxes: NOTHING,
        whole: whole.subarray(row * size, (row + 1) * size),
      }),
    );
    const texts = captions.flat().map((text) => ({ text, ids: [], words: NOTHING }));
    const captionImages = Int32Array.from(captions.flatMap((own, row) => own.map(() => row)));
    const scores = await coarseScores(encoder, images, texts);
    const { textToImage, imageToText } = recallMetrics(scores, count, captionImages);
    return { textToImage: recallAt(textToImage), imageToText: recallAt(imageToText) };
  } finally {
    await encoder.dispose?.();
  }
}

/** R@1, R@5 and R@10 of one direction, with one decimal. */
export const recallAt = ({ r1, r5, r10 }: DirectionMetrics): RecallAt =>
  [r1, r5, r10].map((value) => Math.round(10 * value) / 10) as [number, number, number];
