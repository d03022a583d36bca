/** What the coarse head may look at on the image's side. */
export interface CoarseImageInput {
  readonly regions: number;
  /** `[R, F]`, the features as the data holds them. */
  readonly features: Float32Array;
  /** `[R, D]`, GSMN's image nodes. */
  readonly nodes: Float32Array;
  /** `[R, 4]`, x1 y1 x2 y2 as fractions of width and height. */
  readonly boxes: Float32Array;
}

/** What the coarse head may look at on the text's side. */
export interface CoarseTextInput {
  /** Word ids with `<start>` and `<end>`, length L. */
  readonly ids: readonly number[];
  /** `[L, D]`, GSMN's word nodes. */
  readonly words: Float32Array;
}

/**
 * Maps images and sentences to unit vectors of one space, whose inner product recalls candidates for GSMN.
 * Pure and synchronous: given the same input it returns the same bytes.
 */
export interface CoarseHead {
  /** Name of the method, e.g. `cca`. */
  readonly kind: string;
  readonly dimensions: number;
  imageVector(image: CoarseImageInput): Float32Array;
  textVector(text: CoarseTextInput): Float32Array;
}
