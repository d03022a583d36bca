import process from 'node:process';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { createFusedScorer } from '../../../batch/training/fused-scorer.ts';
import { uploadParameters } from '../../../shared/gsmn/index.ts';
import {
  createTrainer,
  initialParameters,
  type Trainer,
  type TrainingBatch,
} from '../../../shared/gsmn/training/index.ts';
import { resolveBackend } from '../../../shared/platform/engines/index.ts';
import { type ModelConfig, type Propagation, propagationSchema } from '../../../shared/schema/index.ts';
import { expectClose } from '../../support/close.ts';
import { machine, quantile } from '../statistics.ts';
import { createLoopStep } from './loop-step.ts';
import { benchConfig, REGIONS, randomBatch } from './random-batch.ts';

const SETTINGS = { margin: 0.2, learningRate: 0.0002, gradientClip: 2 } as const;

interface Measured {
  readonly jointSize: number;
  readonly propagation: Propagation;
  /** Seconds per step, median and quartiles. */
  readonly max: readonly number[];
  readonly mean: readonly number[];
  /** The loop over captions; undefined if it was left out. */
  readonly loop: readonly number[] | undefined;
  /** Largest resident memory of the process so far, in MiB. */
  readonly memoryMiB: number;
}

/**
 * Times training steps and the straightforward loop; losses and gradients are compared first.
 * `--backend auto --batch 64 --sizes 256,1024 --features 2048 --steps 10 --no-loop --leak 1000 --json`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      backend: { type: 'string', default: 'auto' },
      batch: { type: 'string', default: '64' },
      sizes: { type: 'string', default: '256,1024' },
      features: { type: 'string', default: '2048' },
      propagation: { type: 'string', default: 'self' },
      steps: { type: 'string', default: '10' },
      'no-loop': { type: 'boolean', default: false },
      leak: { type: 'string', default: '1000' },
      json: { type: 'boolean', default: false },
    },
  });
  const { encoder: backend, backend: scoring } = await resolveBackend(values.backend);
  const propagation = propagationSchema.parse(values.propagation);
  const results: Measured[] = [];
  for (const jointSize of values.sizes.split(',').map(Number)) {
    const config = benchConfig(jointSize, Number(values.features), propagation);
    results.push(
      await measure(config, backend, scoring, Number(values.batch), Number(values.steps), !values['no-loop']),
    );
  }
  const leaked = await leak(backend, scoring, Number(values.leak));
  if (values.json) {
    const told = { bench: 'train', machine: machine(), backend, scoring, results, leaked };
    process.stdout.write(`${JSON.stringify(told)}\n`);
    return;
  }
  process.stdout.write(
    `training steps, B ${values.batch}, R ${REGIONS}, F ${values.features}; ${backend} + ${scoring}; ${machine()}\n`,
  );
  const spread = (seconds: readonly number[]) =>
    `${quantile(seconds, 0.5).toFixed(3)} s (${quantile(seconds, 0.25).toFixed(3)} to ${quantile(seconds, 0.75).toFixed(3)})`;
  for (const { jointSize, max, mean, loop, memoryMiB } of results) {
    const ratio = loop && (quantile(loop, 0.5) / quantile(max, 0.5)).toFixed(1);
    process.stdout.write(
      `D ${String(jointSize).padEnd(4)} worst violation ${spread(max)} | mean violation ${spread(mean)} | ` +
        `${loop === undefined ? '' : `loop over captions ${spread(loop)} (${ratio}x) | `}at most ${memoryMiB} MiB\n`,
    );
  }
  process.stdout.write(
    `${values.leak} steps: ${leaked.tensors} tensors more, resident ${leaked.beforeMiB} -> ${leaked.afterMiB} MiB\n`,
  );
}

async function withTrainer<T>(
  config: ModelConfig,
  backend: string,
  scoring: string,
  use: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  const parameters = initialParameters(config, 1);
  const scorer = scoring === 'simd' ? await createFusedScorer(config, parameters) : undefined;
  const trainer = createTrainer(backend, config, parameters, undefined, scorer?.score);
  try {
    return await use(trainer);
  } finally {
    trainer.dispose();
    await scorer?.dispose();
  }
}

async function seconds(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function measure(
  config: ModelConfig,
  backend: string,
  scoring: string,
  size: number,
  steps: number,
  withLoop: boolean,
): Promise<Measured> {
  const batches = Array.from({ length: 3 }, (_, index) => randomBatch(config, size, index + 1));
  const batchOf = (step: number) => batches[step % batches.length] as TrainingBatch;
  const loop = withLoop ? await measureLoop(config, backend, scoring, batches, steps) : undefined;
  return withTrainer(config, backend, scoring, async (trainer) => {
    const timed = async (violation: 'max' | 'mean', count: number): Promise<number[]> => {
      const times: number[] = [];
      for (let step = 0; step < count + 2; step++) {
        const own = await seconds(() => trainer.step(batchOf(step), { ...SETTINGS, violation }));
        // The first ones warm up.
        if (step >= 2) times.push(own);
      }
      return times;
    };
    const max = await timed('max', steps);
    const mean = await timed('mean', Math.max(3, Math.ceil(steps / 3)));
    const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
    const { jointSize, propagation } = config;
    return { jointSize, propagation, max, mean, loop, memoryMiB };
  });
}

/** The times of the loop, after checking that its first steps equal those of the trainer. */
async function measureLoop(
  config: ModelConfig,
  backend: string,
  scoring: string,
  batches: readonly TrainingBatch[],
  steps: number,
): Promise<number[]> {
  await tf.setBackend(backend);
  const uploaded = [...uploadParameters(initialParameters(config, 1))];
  const network = new Map(uploaded.map(([name, value]) => [name, tf.variable(value)]));
  tf.dispose(uploaded.map(([, value]) => value));
  const loop = createLoopStep(config, network, SETTINGS);
  try {
    const theirs: Awaited<ReturnType<typeof loop.step>>[] = [];
    for (const batch of batches.slice(0, 2)) theirs.push(await loop.step(batch));
    await withTrainer(config, backend, scoring, async (trainer) => {
      for (const [index, expected] of theirs.entries()) {
        const ours = await trainer.step(batches[index] as TrainingBatch, { ...SETTINGS, violation: 'max' });
        expectClose([ours.loss], [expected.loss], { absolute: 0, relative: 1e-3 }, 'loss');
        expectClose(
          [ours.gradientNorm],
          [expected.gradientNorm],
          { absolute: 0, relative: 1e-2 },
          'gradient',
        );
      }
    });
    const times: number[] = [];
    for (let step = 0; step < Math.max(3, Math.ceil(steps / 3)); step++) {
      times.push(await seconds(() => loop.step(batches[step % batches.length] as TrainingBatch)));
    }
    return times;
  } finally {
    loop.dispose();
    tf.dispose([...network.values()]);
  }
}

/** What many small steps leave in memory. */
async function leak(backend: string, scoring: string, steps: number) {
  const config = { ...benchConfig(32, 16, 'neighbours'), vocabularySize: 50 };
  const batches = Array.from({ length: 4 }, (_, index) => randomBatch(config, 6, index));
  return withTrainer(config, backend, scoring, async (trainer) => {
    const step = (index: number) =>
      trainer.step(batches[index % batches.length] as TrainingBatch, { ...SETTINGS, violation: 'max' });
    const resident = () => Math.round(process.memoryUsage().rss / 2 ** 20);
    for (let index = 0; index < 20; index++) await step(index);
    const [before, beforeMiB] = [tf.memory().numTensors, resident()];
    for (let index = 0; index < steps; index++) await step(index);
    return { tensors: tf.memory().numTensors - before, beforeMiB, afterMiB: resident() };
  });
}
