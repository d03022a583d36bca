import type { Parameters } from '../../shared/model/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { randomParameters } from './random-model.ts';

/**
 * Random parameters whose state weights are as small as PyTorch draws them, 1 / sqrt(D). With larger ones a GRU is
 * chaotic, and after some steps two computations no longer agree.
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
