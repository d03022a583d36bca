import { createTrainer, initialParameters } from '../../../shared/gsmn/training/index.ts';
import { benchConfig, randomBatch } from '../train/random-batch.ts';
import { assertClose, type Figure, medianSeconds } from './figures.ts';
import type { CheckSizes } from './sizes.ts';

const SETTINGS = { margin: 0.2, learningRate: 0.0002, gradientClip: 2, violation: 'max' } as const;

/** A training step on a loaded backend of TF.js; its loss and gradient are first compared with those on wasm. */
export async function trainingFigures(
  backend: string,
  { jointSizes, encoding, batch: size, secondsEach }: CheckSizes,
): Promise<Figure[]> {
  const config = {
    ...benchConfig(jointSizes[0] ?? 0, encoding.features, 'self'),
    vocabularySize: encoding.vocabulary,
  };
  const batch = randomBatch(config, size, 1);
  const parameters = initialParameters(config, 1);
  const trusted = createTrainer('wasm', config, parameters);
  const expected = await trusted.step(batch, SETTINGS);
  trusted.dispose();
  const trainer = createTrainer(backend, config, parameters);
  try {
    const found = await trainer.step(batch, SETTINGS);
    assertClose(`${backend}: loss`, [found.loss / expected.loss], [1], 1e-3);
    assertClose(`${backend}: gradient`, [found.gradientNorm / expected.gradientNorm], [1], 1e-2);
    const seconds = await medianSeconds(secondsEach, () => trainer.step(batch, SETTINGS));
    const what = `a step on ${backend} (B ${size}, F ${encoding.features}, D ${config.jointSize})`;
    return [{ part: 'training', what, value: 1000 * seconds, unit: 'ms' }];
  } finally {
    trainer.dispose();
  }
}
