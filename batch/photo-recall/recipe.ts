/** How the recall encoder of photographs is fitted. */
export interface PhotoRecallRecipe {
  readonly words: {
    /** Captions that a word and a pair of words must occur in to have numbers of its own. */
    readonly wordCaptions: number;
    readonly pairCaptions: number;
    /** Other words that have a row by their vector alone: the most frequent ones of the vectors' file. */
    readonly frequent: number;
    /** A word with the share p of all words has the weight `s / (s + p)` (Arora et al. 2017). */
    readonly smoothing: number;
  };
  /** How a sentence encoder is distilled into vectors of words. */
  readonly distillation: {
    readonly components: number;
    readonly mapRidge: number;
    readonly wordRidge: number;
  };
  /** Principal components of each part of a description. */
  readonly components: number;
  readonly correlation: {
    readonly weight: number;
    readonly dimensions: number;
    readonly imageRidge: number;
    readonly textRidge: number;
    readonly power: number;
  };
  readonly contrast: {
    readonly weight: number;
    readonly dimensions: number;
    readonly epochs: number;
    readonly batch: number;
    readonly learningRate: number;
    readonly decay: number;
    /** Dropout rates of features and of words. */
    readonly featureDropout: number;
    readonly wordDropout: number;
  };
  readonly labels: {
    readonly weight: number;
    /** At most; those in which sentences differ most. */
    readonly dimensions: number;
    /** The most probable classes that count. */
    readonly classes: number;
  };
  /** Texts of a few known words. */
  readonly shortTexts: {
    /** Their most words, without those that say little. */
    readonly longest: number;
    readonly dimensions: number;
    /** Captions that a stem must occur in. */
    readonly captions: number;
    readonly ridge: number;
  };
  readonly seed: number;
}

/** docs/photo-recall.md has the measurements. */
export const PHOTO_RECALL_RECIPE: PhotoRecallRecipe = {
  words: { wordCaptions: 2, pairCaptions: 5, frequent: 4000, smoothing: 0.001 },
  distillation: { components: 256, mapRidge: 10, wordRidge: 3 },
  components: 512,
  correlation: { weight: 1, dimensions: 256, imageRidge: 1, textRidge: 0.8, power: 2 },
  contrast: {
    weight: 0.75,
    dimensions: 256,
    epochs: 30,
    batch: 500,
    learningRate: 0.001,
    decay: 0.05,
    featureDropout: 0.3,
    wordDropout: 0.1,
  },
  labels: { weight: 0.3, dimensions: 128, classes: 50 },
  shortTexts: { longest: 2, dimensions: 128, captions: 15, ridge: 1 },
  seed: 1,
};
