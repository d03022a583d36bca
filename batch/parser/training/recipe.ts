/** How a parser is trained. */
export interface ParserRecipe {
  readonly epochs: number;
  /** Words in a batch, including padding. */
  readonly batchWords: number;
  readonly learningRate: number;
  /** Steps in which the learning rate grows to its full value. */
  readonly warmupSteps: number;
  /** Largest global norm of the gradients. */
  readonly gradientClip: number;
  /** Dropout rates of inputs and of states; a column is dropped for a whole sentence. */
  readonly inputDropout: number;
  readonly dropout: number;
  /** Share of sentences that are read in lower case, as captions and queries are written. */
  readonly lowerCase: number;
  /** A form that occurs n times is read as unknown with probability c / (c + n) (Kiperwasser and Goldberg 2016). */
  readonly formDropout: number;
  /** Weight of both kinds of tags in the loss, relative to arcs and relations. */
  readonly tagWeight: number;
  /** Decay per step of the average of the parameters, which is the result. */
  readonly averageDecay: number;
  readonly featureSizes: {
    readonly form: number;
    readonly longSuffix: number;
    readonly shortSuffix: number;
    readonly prefix: number;
    readonly shape: number;
  };
  readonly hiddenSize: number;
  readonly arcSize: number;
  readonly relationSize: number;
  readonly tagSize: number;
  /** Minimum occurrences of a form, suffix or prefix to have a row. */
  readonly threshold: number;
  /** Words of the vectors' file that have a row even if they are not in the treebank: the most frequent ones. */
  readonly frequentVectors: number;
  readonly seed: number;
}

/** How the built-in parser is trained (docs/parsing.md says what was tried). */
export const PARSER_RECIPE: ParserRecipe = {
  epochs: 22,
  batchWords: 1500,
  learningRate: 0.003,
  warmupSteps: 200,
  gradientClip: 5,
  inputDropout: 0.25,
  dropout: 0.37,
  lowerCase: 0.3,
  formDropout: 0.25,
  tagWeight: 0.3,
  averageDecay: 0.998,
  featureSizes: { form: 48, longSuffix: 32, shortSuffix: 16, prefix: 24, shape: 8 },
  hiddenSize: 128,
  arcSize: 128,
  relationSize: 40,
  tagSize: 32,
  threshold: 3,
  frequentVectors: 20_000,
  seed: 1,
};
