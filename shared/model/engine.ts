import type { CaptionGraph, ImageGraph, PairEvidence, PairScores } from './graphs.ts';

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of finished units and the total (images, captions or pairs). */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Turns word ids into nodes: all that a query needs. */
export interface CaptionEncoder {
  /** The backend. */
  readonly backend: string;
  /**
   * Encodes captions, each a list of word ids with `<start>` and `<end>`, to nodes `[L, D]` each.
   * @throws AppError `argument_invalid` for a caption without words and for ids outside the vocabulary
   */
  encodeCaptions(captions: readonly (readonly number[])[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Turns region features and word ids into nodes. */
export interface Encoder extends CaptionEncoder {
  /** Region features `[B, R, F]` to nodes `[B, R, D]`. */
  encodeImages(features: Float32Array, images: number, regions: number): Promise<Float32Array>;
}

/** Images laid out for one matcher. The caller disposes of it. */
export interface PreparedImages {
  readonly count: number;
  /** Memory of the prepared images, in bytes. */
  readonly bytes: number;
  dispose(): void;
}

/** A caption and the prepared images to compare it with. */
export interface CaptionList {
  readonly caption: CaptionGraph;
  /** Numbers of prepared images; scores are returned in their order. */
  readonly indices: ArrayLike<number>;
}

/** Scores of one caption with the images of its list. */
export type ListScores = Pick<PairScores, 'imageToText' | 'textToImage'>;

/** Compares image graphs with caption graphs: full node-level and structure-level matching. */
export interface Matcher {
  readonly backend: string;
  prepareImages(images: readonly ImageGraph[]): Promise<PreparedImages>;
  /**
   * Images of several prepared batches as one batch, in their order, without preparing anything again. It borrows their
   * memory, so it is valid as long as all of them are. Disposing of it does not affect them; its `bytes` are 0.
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
   * Scores of several captions, each with its own images, as one piece of work. The result is what `score` returns for
   * each of them alone. Progress counts pairs.
   */
  scoreLists(
    prepared: PreparedImages,
    lists: readonly CaptionList[],
    options?: WorkOptions,
  ): Promise<ListScores[]>;
  /** Evidence for one caption and each of these images, in their order. */
  evidenceOf(
    prepared: PreparedImages,
    indices: ArrayLike<number>,
    caption: CaptionGraph,
    options?: Pick<WorkOptions, 'signal'>,
  ): Promise<PairEvidence[]>;
  dispose(): Promise<void>;
}
