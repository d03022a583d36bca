import type { BoxFormat } from '../../data/box-format.ts';

/** Numeric options of `gsmn train`, with the released defaults if the released code has them. */
export const numberOptions: readonly {
  readonly flag: string;
  readonly text: string;
  readonly value?: string;
}[] = [
  { flag: '--margin <number>', text: 'of the hinge loss', value: '0.2' },
  { flag: '--num-epochs <n>', text: 'epochs', value: '30' },
  { flag: '--batch-size <n>', text: 'captions in a step', value: '128' },
  { flag: '--word-dim <n>', text: 'size of word embeddings, E', value: '300' },
  { flag: '--embed-size <n>', text: 'size of nodes in the joint space, D', value: '1024' },
  { flag: '--grad-clip <number>', text: 'largest global norm of the gradients', value: '2.0' },
  { flag: '--num-layers <n>', text: 'GRU layers', value: '1' },
  { flag: '--learning-rate <number>', text: 'of Adam', value: '0.0002' },
  { flag: '--lr-update <n>', text: 'epochs between divisions of the learning rate by 10', value: '15' },
  { flag: '--workers <n>', text: 'accepted without effect: batches are always read ahead', value: '10' },
  { flag: '--log-step <n>', text: 'steps between lines of the log', value: '100' },
  { flag: '--val-step <n>', text: 'steps between validations within an epoch', value: '15000' },
  { flag: '--img-dim <n>', text: 'size of region features, F (default: what the data has)' },
  { flag: '--lambda-softmax <number>', text: 'inverse temperature of the attention, λ', value: '9' },
  { flag: '--feat-dim <n>', text: 'size of matching vectors; the same as --num_block' },
  { flag: '--num-block <n>', text: 'blocks of a node, T', value: '16' },
  { flag: '--hid-dim <n>', text: 'hidden units of the graph convolution, H', value: '32' },
  { flag: '--out-dim <n>', text: 'scores of a node; only 1 is supported', value: '1' },
  {
    flag: '--warmup-steps <n>',
    text: 'with --max_violation: first steps with the mean violation',
    value: '0',
  },
  {
    flag: '--feature-dropout <share>',
    text: 'share of the numbers of region features that a step does not see',
    value: '0',
  },
  {
    flag: '--short-queries <n>',
    text: 'phrases of its captions that each image has as additional captions in an epoch',
    value: '0',
  },
  { flag: '--seed <n>', text: 'for the initial parameters and the order of batches', value: '1' },
  { flag: '--save-step <n>', text: "steps between saves of the run's state", value: '500' },
  { flag: '--validation-images <n>', text: 'validate on at most the first n images of dev (default: 1000)' },
];

/** Options of `gsmn train` that are switches. */
export const flagOptions: readonly { readonly flag: string; readonly text: string }[] = [
  { flag: '--max-violation', text: 'the worst wrong partner instead of the sum of all' },
  { flag: '--no-imgnorm', text: 'do not normalise image nodes' },
  { flag: '--no-txtnorm', text: 'do not normalise word nodes' },
  { flag: '--bi-gru', text: 'a bidirectional GRU' },
  { flag: '--is-sparse', text: 'the edges of a caption graph are its parse, not all pairs of words' },
  {
    flag: '--twins',
    text: 'put images of train_twins.json into the same batch, each the other’s hard negative',
  },
  { flag: '--json', text: 'the result as JSON on stdout' },
];

/** What commander makes of them. */
export interface TrainOptions {
  readonly data?: string;
  readonly dataPath: string;
  readonly dataName: string;
  readonly vocabPath: string;
  readonly vocabulary?: string;
  readonly boxFormat: BoxFormat;
  readonly loggerName: string;
  readonly modelName: string;
  readonly resume?: string | true;
  readonly vectors?: string | true;
  readonly propagation: string;
  readonly backend: string;
  readonly maxViolation?: boolean;
  /** False with `--no-imgnorm`. */
  readonly imgnorm: boolean;
  readonly txtnorm: boolean;
  readonly biGru?: boolean;
  readonly isSparse?: boolean;
  readonly twins?: boolean;
  readonly json?: boolean;
  readonly featDim?: string;
  readonly outDim: string;
  readonly [number: string]: string | boolean | undefined;
}
