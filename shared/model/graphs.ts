/**
 * The two graphs that are compared, and what comparing them gives. Legend of dimensions, used everywhere:
 * B images, C captions, R regions of an image, L words of a caption (with `<start>` and `<end>`),
 * F region features, E word embedding, D joint size, T blocks, d = D / T, K Gaussian kernels, H hidden units.
 */

/** An encoded image: its regions as nodes, and their boxes. */
export interface ImageGraph {
  /** `[R, D]`, row-major. */
  readonly nodes: Float32Array;
  /** `[R, 4]`: x1 y1 x2 y2 as fractions of the image's width and height. */
  readonly boxes: Float32Array;
}

/** `[head, dependent]` pairs, root first; token 1 is the first word after `<start>`. */
export type Dependencies = readonly (readonly [head: number, dependent: number])[];

/** An encoded caption. */
export interface CaptionGraph {
  /** `[L, D]`, row-major, without padding. */
  readonly words: Float32Array;
  /** The parse; only sparse models use it. */
  readonly dependencies?: Dependencies | undefined;
}

/** Similarities of `images` x `captions` pairs, row-major `[images, captions]`. */
export interface PairScores {
  readonly images: number;
  readonly captions: number;
  /** Score of the image graph: its regions attend to the words. */
  readonly imageToText: Float32Array;
  /** Score of the caption graph: its words attend to the regions. */
  readonly textToImage: Float32Array;
}

/** Scores of 0. */
export function emptyScores(images: number, captions: number): PairScores {
  const size = images * captions;
  return { images, captions, imageToText: new Float32Array(size), textToImage: new Float32Array(size) };
}

/** Evidence for one pair. */
export interface PairEvidence {
  readonly imageToText: number;
  readonly textToImage: number;
  /** `[L, R]`: how much word l attended to region r; rows sum to 1. */
  readonly wordAttention: Float32Array;
  /** `[R, L]`: how much region r attended to word l; rows sum to 1. */
  readonly regionAttention: Float32Array;
  /** `[L]`, whose mean is `textToImage`. */
  readonly wordScores: Float32Array;
  /** `[R]`, whose mean is `imageToText`. */
  readonly regionScores: Float32Array;
}
