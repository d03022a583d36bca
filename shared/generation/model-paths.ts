/** Where the parts of a model lie in its folder. */
export const MODEL_FILES = {
  /** Hyper-parameters, fingerprints. */
  config: 'config.json',
  network: 'network.safetensors',
  vocabulary: 'vocabulary.json',
  coarse: 'coarse.json',
  coarseTensors: 'coarse.safetensors',
  /** The dependency parser; only of models that compare parses. */
  parser: 'parser.safetensors',
} as const;
