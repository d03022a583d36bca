import type { CaptionGraph, ImageGraph, PairEvidence, PairScores } from './graphs.ts';

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the finished and the whole number of units (images, captions or pairs). */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Turns words into graph nodes: all that a query needs. */
export interface CaptionEncoder {
  /** What computes. */
  readonly backend: string;
  /**
   * Word ids of captions (with `<start>` and `<end>`), each to its nodes `[L, D]`.
   * @throws AppError `argument_invalid` for a caption without words and for ids outside the vocabulary
   */
  encodeCaptions(captions: readonly (readonly number[])[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Turns features and words into graph nodes. */
export interface Encoder extends CaptionEncoder {
  /** Region features `[B, R, F]` to nodes `[B, R, D]`. */
  encodeImages(features: Float32Array, images: number, regions: number): Promise<Float32Array>;
}

/** Images laid out for one matcher; whoever made it disposes of it. */
export interface PreparedImages {
  readonly count: number;
  /** Memory that the records hold, in bytes. */
  readonly bytes: number;
  dispose(): void;
}

/** A caption with the prepared images that it is to be compared with. */
export interface CaptionList {
  readonly caption: CaptionGraph;
  /** Numbers of prepared images; the scores come in their order. */
  readonly indices: ArrayLike<number>;
}

/** Scores of one caption with the images of its list. */
export type ListScores = Pick<PairScores, 'imageToText' | 'textToImage'>;

/** Compares graphs with graphs: full node-level and structure-level matching. */
export interface Matcher {
  readonly backend: string;
  prepareImages(images: readonly ImageGraph[]): Promise<PreparedImages>;
  /**
   * Images of several prepared batches as one, in their order, without preparing anything again. It borrows their
   * records: it is good as long as all of them are. Disposing of it leaves them as they are; its `bytes` are 0.
   */
  gather(batches: readonly PreparedImages[]): PreparedImages;
  /** Scores of the prepared images (all, or those of `indices`, in that order) with every caption. */
  score(
    prepared: PreparedImages,
    captions: readonly CaptionGraph[],
    indices?: ArrayLike<number>,
    options?: WorkOptions,
  ): Promise<PairScores>;
  /**
   * Scores of several captions, each with images of its own, as one piece of work: what `score` gives for each of them
   * alone. Progress counts pairs.
   */
  scoreLists(
    prepared: PreparedImages,
    lists: readonly CaptionList[],
    options?: WorkOptions,
  ): Promise<ListScores[]>;
  /** What matched what between one caption and each of these images, in their order. */
  evidenceOf(
    prepared: PreparedImages,
    indices: ArrayLike<number>,
    caption: CaptionGraph,
    options?: Pick<WorkOptions, 'signal'>,
  ): Promise<PairEvidence[]>;
  dispose(): Promise<void>;
}
