/** Which parts of an image and of a text a projection reads. A size of 0 leaves the part out. */
export interface FeatureLayout {
  readonly image: {
    /** F, mean of the regions' features weighted by the square root of their area; 0 without. */
    readonly regions: number;
    /** D, mean of GSMN's image nodes; 0 without. */
    readonly nodes: number;
  };
  readonly text: {
    /** Word ids whose occurrences are counted, ascending; empty without. */
    readonly bag: readonly number[];
    /** D, mean of GSMN's word nodes without `<start>` and `<end>`; 0 without. */
    readonly words: number;
  };
}

/** Length of an image's features. */
export function imageFeatureSize({ image }: FeatureLayout): number {
  return image.regions + image.nodes;
}

/** Length of a text's features. */
export function textFeatureSize({ text }: FeatureLayout): number {
  return text.bag.length + text.words;
}
