/** How much a check measures. */
export interface CheckSizes {
  /** D of the cases. */
  readonly jointSizes: readonly number[];
  readonly images: number;
  readonly captions: number;
  /** Images of a shortlist. */
  readonly shortlist: number;
  /** How often all images are listed for the best of many. */
  readonly repeats: number;
  /** Shortlists a second, and for how many seconds. */
  readonly load: { readonly rate: number; readonly seconds: number };
  /** F, V, images and captions of a call of the encoders. */
  readonly encoding: {
    readonly features: number;
    readonly vocabulary: number;
    readonly images: number;
    readonly captions: number;
  };
  /** B */
  readonly batch: number;
  /** How long each figure is measured, after one call that does not count. */
  readonly secondsEach: number;
}

/** As in the table of docs/performance.md. */
export const CARD: CheckSizes = {
  jointSizes: [1024, 256],
  images: 1000,
  captions: 500,
  shortlist: 100,
  repeats: 20,
  load: { rate: 2000, seconds: 5 },
  encoding: { features: 2048, vocabulary: 8000, images: 256, captions: 2048 },
  batch: 64,
  secondsEach: 2,
};

/** For a software driver: everything runs, and the figures say nothing of a card. */
export const TINY: CheckSizes = {
  jointSizes: [32],
  images: 4,
  captions: 3,
  shortlist: 2,
  repeats: 2,
  load: { rate: 4, seconds: 0.5 },
  encoding: { features: 32, vocabulary: 50, images: 1, captions: 2 },
  batch: 2,
  secondsEach: 0,
};
