import { type Parameter, type Parameters, parameterShapes } from '../../shared/model/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { randomNumbers } from './random.ts';

/** A network small enough for plain loops, with odd sizes. */
export function smallConfig(changes: Partial<ModelConfig> = {}): ModelConfig {
  return {
    imageFeatureSize: 7,
    vocabularySize: 11,
    wordEmbeddingSize: 5,
    jointSize: 12,
    blocks: 4,
    kernels: 3,
    hiddenSize: 6,
    layers: 1,
    bidirectional: true,
    normalizeImages: true,
    normalizeCaptions: true,
    softmaxTemperature: 9,
    sparse: false,
    propagation: 'self',
    ...changes,
  };
}

/** Random parameters for that configuration. */
export function randomParameters(random: () => number, config: ModelConfig): Parameters {
  return new Map(
    [...parameterShapes(config)].map(([name, shape]): [string, Parameter] => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      return [name, { shape, data: randomNumbers(random, size, 0.8) }];
    }),
  );
}
