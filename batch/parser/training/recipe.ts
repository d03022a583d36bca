/** How a parser is trained. */
export interface ParserRecipe {
  readonly epochs: number;
  /** Words of a batch, padding included. */
  readonly batchWords: number;
  readonly learningRate: number;
  /** Steps in which the learning rate grows to its full size. */
  readonly warmupSteps: number;
  /** Longest global norm of the gradients. */
  readonly gradientClip: number;
  /** How often inputs, and states, are left out, a column of a sentence at a time. */
  readonly inputDropout: number;
  readonly dropout: number;
  /** How often a sentence is read in lower case, as captions and queries are written. */
  readonly lowerCase: number;
  /** A form that occurs n times is read as an unknown one with probability c / (c + n) (Kiperwasser and Goldberg 2016). */
  readonly formDropout: number;
  /** Weight of both kinds of tags in the loss, beside arcs and relations. */
  readonly tagWeight: number;
  /** The average of the parameters, which is what is kept, forgets them at this rate a step. */
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
  /** How often a form, suffix or prefix must occur to have a row. */
  readonly threshold: number;
  /** Words of the vectors' file that have a row even where the treebank has them not: its first, most frequent ones. */
  readonly frequentVectors: number;
  readonly seed: number;
}

/** What the shipped parser is trained by (docs/parsing.md says what was tried). */
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
