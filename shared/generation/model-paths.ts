/** Names of the files in a model folder. */
export const MODEL_FILES = {
  /** Hyper-parameters, fingerprints. */
  config: 'config.json',
  network: 'network.safetensors',
  vocabulary: 'vocabulary.json',
  coarse: 'coarse.json',
  coarseTensors: 'coarse.safetensors',
  /** The parser; only in models that compare parses. */
  parser: 'parser.safetensors',
} as const;
