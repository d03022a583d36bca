import type { Parameters } from '../../shared/model/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { randomParameters } from './random-model.ts';

/**
 * Random parameters whose states' weights are as small as PyTorch draws them, 1 / sqrt(D): with larger ones a GRU is
 * chaotic, and after some steps nothing is left of two computations' agreement.
 */
export function calmParameters(random: () => number, config: ModelConfig): Parameters {
  const scale = 1 / Math.sqrt(config.jointSize);
  return new Map(
    [...randomParameters(random, config)].map(([name, { shape, data }]) => [
      name,
      { shape, data: name.includes('.weight_hh_') ? data.map((weight) => weight * scale) : data },
    ]),
  );
}
