import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, initialParameters, type TrainingBatch } from '../../shared/gsmn/training/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { expectClose } from '../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../test/support/random.ts';
import { smallConfig } from '../../test/support/random-model.ts';
import { createFusedScorer } from './fused-scorer.ts';

const SEED = 20261125;
const SETTINGS = { margin: 0.2, violation: 'max', learningRate: 0.003, gradientClip: 2 } as const;

describe.each(
  (['self', 'neighbours'] as const).flatMap((propagation) =>
    [false, true].map((sparse) => [propagation, sparse] as const),
  ),
)(`training with the fused matcher, %s, sparse %s (seed ${SEED})`, (propagation, sparse) => {
  beforeAll(() => loadTfjsBackend('wasm'));

  it('takes the same steps as without it', async () => {
    const config = smallConfig({ propagation, sparse, softmaxTemperature: 20 });
    const random = seededRandom(SEED);
    const captions = Array.from({ length: 7 }, (_, index) =>
      Array.from({ length: 1 + ((index * 3) % 7) }, () => Math.floor(random() * config.vocabularySize)),
    );
    const batch: TrainingBatch = {
      features: randomNumbers(random, 7 * 5 * config.imageFeatureSize),
      boxes: captions.map(() => randomBoxes(random, 5)),
      captions,
      dependencies: captions.map(({ length }) =>
        Array.from({ length }, (_, word) => [word, word + 1] as const),
      ),
    };
    const parameters = initialParameters(config, SEED);
    const scorer = await createFusedScorer(config, parameters);
    const fused = createTrainer('wasm', config, parameters, undefined, scorer.score);
    const plain = createTrainer('wasm', config, parameters);
    try {
      for (let step = 0; step < 4; step++) {
        const [ours, theirs] = [await fused.step(batch, SETTINGS), await plain.step(batch, SETTINGS)];
        expect(ours.pairs).toBe(theirs.pairs);
        expectClose([ours.loss], [theirs.loss], { absolute: 1e-5, relative: 1e-4 }, `loss of step ${step}`);
      }
    } finally {
      fused.dispose();
      plain.dispose();
      await scorer.dispose();
    }
  });
});
