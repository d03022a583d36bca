import { GENERATION_PATHS } from '../../shared/generation/index.ts';

/** Files of a generation that the builder adds to those that serving needs: the points, for any Qdrant. */
export const BUILD_PATHS = {
  /** `[images, dimensions]` float32, unit vectors; exhaustive search reads them, too. */
  imageVectors: GENERATION_PATHS.imageVectors,
  /** `[captions, dimensions]`. */
  captionVectors: 'captions.coarse.npy',
  /** A line a point. */
  imagePayloads: 'images.jsonl',
  captionPayloads: 'captions.jsonl',
} as const;
