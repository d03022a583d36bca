import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, type TrainingBatch } from '../../shared/gsmn/training/index.ts';
import type { Parameters } from '../../shared/model/index.ts';
import { loadTfjsBackend, type TfjsBackendName } from '../../shared/platform/tfjs/index.ts';
import { expectClose } from '../support/close.ts';
import { type GoldenArray, readArrays } from './golden-files.ts';
import { type GoldenModel, readGoldenModel } from './golden-model.ts';

const root = resolve(import.meta.dirname, '../../../shared/golden');

/** The models that the released code trained for three steps. */
export const TRAINED_MODELS = (['released', 'neighbours'] as const).flatMap((propagation) =>
  ['dense', 'sparse', 'unigru-lambda10', 'wide'].map((name) => [propagation, name] as const),
);

/** float32 compared with float32 in another order of sums: 1e-7 for the first step, growing with every step. */
const LOSSES = { absolute: 0, relative: 1e-4 };
/** Shaders compute exponentials less exactly (measured: 1.1e-4 in the third step). */
const LOSSES_OF_SHADERS = { absolute: 0, relative: 5e-4 };
/** For the first step 1e-4 (measured: 8e-6); later ones start from parameters that differ by rounding. */
const NORMS = [1e-4, 1e-3, 1e-3].map((relative) => ({ absolute: 0, relative }));
/**
 * The third gradient of one model depends on a corner of leaky ReLU that two orders of sums decide differently
 * (measured: 6 % of its norm); with the exponentials of shaders, that of another (0.7 %).
 */
const NORMS_AT_CORNER = { absolute: 0, relative: 0.1 };
/**
 * How far all numbers of a parameter may end from the released code's, as a share of the distance that they moved. Adam
 * moves a number by the sign of its gradient, however small that is, so a few numbers whose gradient is only rounding
 * error move differently.
 */
const MOVES = 0.035;

/** Parameters that cancel in every difference of scores: their gradient is rounding error, in the released code too. */
const WITHOUT_INFLUENCE = /(out_2\.bias|\.params)$/;

/** The names of the parts in the archives. */
const PARTS: readonly (readonly [string, string])[] = [
  ['image_encoder.', 'img_enc.'],
  ['text_encoder.', 'txt_enc.'],
  ['image_graph.', 'i2t_match_G.'],
  ['text_graph.', 't2i_match_G.'],
];

function trainingBatch({ config, regions, features, boxes, captions, dependencies, training }: GoldenModel) {
  const size = regions * config.imageFeatureSize;
  const batch: TrainingBatch = {
    features: Float32Array.from(
      training.batch_image_order.flatMap((image) => [...features.subarray(image * size, (image + 1) * size)]),
    ),
    boxes: training.batch_image_order.map((image) => boxes[image] ?? []),
    captions: training.batch_caption_index.map((caption) => captions[caption] ?? []),
    dependencies: training.batch_caption_index.map((caption) => dependencies[caption]),
  };
  return batch;
}

/** Share of the distance to the released code's result that is missing. */
function missedShare(start: Float32Array, end: Float32Array, expected: Float32Array): number {
  let [missed, moved] = [0, 0];
  for (const [index, value] of expected.entries()) {
    missed += (value - (end[index] ?? Number.NaN)) ** 2;
    moved += (value - (start[index] ?? Number.NaN)) ** 2;
  }
  return moved === 0 ? Math.sqrt(missed) : Math.sqrt(missed / moved);
}

function expectParameters(
  start: Parameters,
  end: Parameters,
  expected: ReadonlyMap<string, GoldenArray>,
  step: number,
) {
  expect(end.size).toBeGreaterThan(40);
  for (const [name, { data }] of end) {
    if (WITHOUT_INFLUENCE.test(name)) continue;
    const [ours, theirs] = PARTS.find(([prefix]) => name.startsWith(prefix)) ?? ['', ''];
    const found = expected.get(`step${step}/${theirs}${name.slice(ours.length)}`);
    if (found === undefined) throw new Error(`training.npz has no ${name} of step ${step}`);
    const share = missedShare(start.get(name)?.data ?? new Float32Array(), data, found.data);
    expect(share, `${name} after step ${step}`).toBeLessThan(MOVES);
  }
}

/** Trains models as the released code did, on a backend that is loaded first. */
export function trainingSuite(
  backend: TfjsBackendName,
  models: typeof TRAINED_MODELS,
  timeoutMs?: number,
): void {
  const losses = backend === 'webgpu' ? LOSSES_OF_SHADERS : LOSSES;
  describe.skipIf(!existsSync(root)).each(models)(
    `three steps of training on ${backend}, %s/%s (skipped without ../shared/golden)`,
    (propagation, name) => {
      let golden: GoldenModel;

      beforeAll(async () => {
        await loadTfjsBackend(backend);
        golden = readGoldenModel(root, propagation, name);
      });

      it(
        'has the losses, gradients and parameters of the released code',
        async () => {
          const { config, parameters, training, margin, maxViolation, learningRate } = golden;
          const trainer = createTrainer(backend, config, parameters);
          const path = join(root, propagation, name, 'training.npz');
          const archive = existsSync(path) ? readArrays(path) : undefined;
          for (const [index, expected] of training.trace.entries()) {
            const report = await trainer.step(trainingBatch(golden), {
              margin,
              violation: maxViolation ? 'max' : 'sum',
              learningRate,
              gradientClip: 2,
            });
            const at = `of step ${index + 1}`;
            expectClose([report.loss], [expected.loss], losses, `loss ${at}`);
            const atCorner =
              backend === 'webgpu' || (propagation === 'neighbours' && name === 'unigru-lambda10');
            const norms = atCorner && index === 2 ? NORMS_AT_CORNER : (NORMS[index] ?? NORMS_AT_CORNER);
            expectClose(
              [report.gradientNorm],
              [expected.grad_norm_before_clip],
              norms,
              `gradient norm ${at}`,
            );
            if (archive === undefined || index === 1) continue;
            expectParameters(parameters, await trainer.parameters(), archive, index + 1);
          }
          trainer.dispose();
          expect(tf.memory().numTensors).toBe(0);
        },
        timeoutMs,
      );
    },
  );
}
