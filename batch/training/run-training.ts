import { mkdir } from 'node:fs/promises';
import { AppError } from '../../shared/errors/index.ts';
import { createTrainer, type StepReport } from '../../shared/gsmn/training/index.ts';
import { removeUnfinished, writing } from '../../shared/platform/atomic-file.ts';
import type { RecallMetrics } from '../../shared/retrieval/index.ts';
import { writeCheckpointFile } from '../checkpoint/checkpoint-file.ts';
import { captionsAlone, openShortQueries, type ShortQueries } from '../phrases/index.ts';
import type { ValidationEntry } from '../plot/training-entry.ts';
import type { Report } from '../report.ts';
import { createBatchLoader, loadAhead } from './batch-loader.ts';
import { createFusedScorer } from './fused-scorer.ts';
import type { OpenRun, TrainingRequest } from './open-run.ts';
import { remainingTime } from './remaining-time.ts';
import { runPaths } from './run-folder.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { epochBatches } from './sampling.ts';
import { learningRateOf, releasedOptions } from './training-settings.ts';
import { validate } from './validate.ts';

/** The number of images of the 5,000 captions that the released loader validates on, so that validation is fast. */
const VALIDATION_IMAGES = 1000;

export interface TrainingResult {
  readonly steps: number;
  readonly bestRsum: number | null;
  readonly best: string;
  readonly plot: string;
}

/** Where a run computes. */
export interface TrainingBackends {
  /** A loaded TF.js backend. */
  readonly training: string;
  /** The matcher of validations; `simd` also finds the pairs of a batch that count. */
  readonly validation: string;
}

/**
 * Trains to the last epoch: steps, lines of the log, validations within and after each epoch, saves of the state as
 * often as requested, a checkpoint for each epoch and the best by rsum.
 *
 * @param signal stops it after writing the state.
 * @throws AppError `cancelled` when it was stopped, `diverged`, `file_unwritable`.
 */
export async function runTraining(
  request: TrainingRequest,
  run: OpenRun,
  backends: TrainingBackends,
  report: Report,
  signal?: AbortSignal,
): Promise<TrainingResult> {
  const { settings, folder } = request;
  const { config, features, progress, train, dev } = run;
  const paths = runPaths(folder);
  await writing(folder.checkpoints, () => mkdir(folder.checkpoints, { recursive: true }));
  await removeUnfinished(folder.checkpoints);
  const log = await openRunLog(folder);
  const options = releasedOptions(settings);
  await log.run({ step: progress.steps, data: request.data, backend: backends.training, config, options });
  const scorer = backends.validation === 'simd' ? await createFusedScorer(config, run.parameters) : undefined;
  const trainer = createTrainer(backends.training, config, run.parameters, run.optimizer, scorer?.score);
  const { seed, featureDropout: rate, shortQueries: count } = settings;
  const textsOf: ShortQueries =
    count === 0
      ? () => captionsAlone(train)
      : await openShortQueries(train, run.vocabulary, { count, seed }, report, signal);
  const twins = run.twins.map(({ first, second }) => [first, second] as const);
  const clock = remainingTime();
  const head = () => ({
    config,
    features,
    options,
    epoch: progress.epoch,
    steps: progress.steps,
    bestRsum: progress.bestRsum,
  });

  async function saveState(): Promise<void> {
    const { updates, moments } = await trainer.optimizer();
    const position = { batchInEpoch: progress.batchInEpoch, updates, settings: run.fixed };
    await writeCheckpointFile(paths.state, {
      ...head(),
      position,
      parameters: await trainer.parameters(),
      moments,
    });
  }

  async function saveNetwork(path: string): Promise<void> {
    await writeCheckpointFile(path, {
      ...head(),
      position: null,
      parameters: await trainer.parameters(),
      moments: new Map(),
    });
  }

  async function check(): Promise<void> {
    const began = performance.now();
    const metrics = await report.stage('validating', 'pairs', async (onProgress) =>
      validate(config, await trainer.parameters(), dev, {
        backend: backends.validation,
        images: Math.min(dev.images, settings.validationImages ?? VALIDATION_IMAGES),
        signal,
        onProgress,
      }),
    );
    clock.validation((performance.now() - began) / 1000);
    await log.validation(validationEntry(metrics, progress));
    report.say(validationLine(metrics, progress.bestRsum));
    if (metrics.rsum <= (progress.bestRsum ?? Number.NEGATIVE_INFINITY)) return;
    progress.bestRsum = metrics.rsum;
    await saveNetwork(paths.best);
  }

  async function checkIfDue(): Promise<void> {
    if (progress.steps % settings.validationStep === 0) await check();
  }

  async function trainEpoch(): Promise<void> {
    const { epoch } = progress;
    const texts = textsOf(epoch);
    const loader = createBatchLoader(train, texts, { seed, rate });
    const batches = epochBatches(texts.images, settings.batchSize, { seed: settings.seed, epoch }, twins);
    const learningRate = learningRateOf(settings, epoch);
    // A run that was stopped during a validation repeats it.
    if (progress.batchInEpoch > 0 && progress.batchInEpoch < batches.length) await checkIfDue();
    for await (const { batch, seconds: dataSeconds } of loadAhead(
      loader,
      batches.slice(progress.batchInEpoch),
    )) {
      signal?.throwIfAborted();
      const began = performance.now();
      const step = await trainer.step(batch, {
        margin: settings.margin,
        violation: violationOf(settings, progress.steps),
        learningRate,
        gradientClip: settings.gradientClip,
      });
      progress.steps += 1;
      progress.batchInEpoch += 1;
      const batchSeconds = (performance.now() - began) / 1000 + dataSeconds;
      clock.step(batchSeconds);
      const last = progress.batchInEpoch === batches.length;
      if (progress.steps % settings.logStep === 0 || last) {
        const left = batches.length - progress.batchInEpoch + (settings.epochs - epoch - 1) * batches.length;
        await logStep(log, step, { ...progress, learningRate, batchSeconds, dataSeconds });
        report.say(
          stepLine(step, progress, batches.length, learningRate, clock.text(left, settings.epochs - epoch)),
        );
      }
      if (!last) await checkIfDue();
      if (progress.steps % settings.saveStep === 0) await saveState();
    }
  }

  try {
    while (progress.epoch < settings.epochs) {
      await trainEpoch();
      await check();
      const finished = progress.epoch;
      progress.epoch += 1;
      progress.batchInEpoch = 0;
      await saveNetwork(paths.epoch(finished));
      await saveState();
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    if (thrown.code === 'diverged') throw diverged(thrown, progress, paths.state);
    if (thrown.code !== 'cancelled') throw thrown;
    await saveState();
    throw new AppError(
      'cancelled',
      `stopped after step ${progress.steps}; the run's state is ${paths.state}`,
      {
        hint: 'continue with the same command and --resume',
      },
    );
  } finally {
    trainer.dispose();
    await scorer?.dispose();
  }
  return { steps: progress.steps, bestRsum: progress.bestRsum, best: paths.best, plot: await log.plot() };
}

function diverged(
  cause: AppError,
  { epoch, batchInEpoch, steps }: OpenRun['progress'],
  state: string,
): AppError {
  const where = `step ${steps + 1} (epoch ${epoch + 1}, batch ${batchInEpoch + 1})`;
  return new AppError(
    'diverged',
    `training broke down in ${where}: ${cause.message}; the state before it is ${state}`,
    {
      hint: cause.hint,
      cause,
    },
  );
}

function violationOf({ maxViolation, warmupSteps }: TrainingRequest['settings'], steps: number) {
  if (!maxViolation) return 'sum';
  return steps < warmupSteps ? 'mean' : 'max';
}

async function logStep(
  log: RunLog,
  { loss, gradientNorm }: StepReport,
  at: {
    readonly steps: number;
    readonly epoch: number;
    readonly learningRate: number;
    readonly batchSeconds: number;
    readonly dataSeconds: number;
  },
): Promise<void> {
  const { steps: step, epoch, learningRate: lr, batchSeconds, dataSeconds } = at;
  const wallTime = Date.now() / 1000;
  await log.step({ type: 'step', step, epoch, loss, lr, gradientNorm, batchSeconds, dataSeconds, wallTime });
}

function validationEntry(
  { imageToText, textToImage, rsum }: RecallMetrics,
  { steps: step, epoch }: OpenRun['progress'],
): ValidationEntry {
  return {
    type: 'validation',
    step,
    epoch,
    r1: imageToText.r1,
    r5: imageToText.r5,
    r10: imageToText.r10,
    medr: imageToText.median,
    meanr: imageToText.mean,
    r1i: textToImage.r1,
    r5i: textToImage.r5,
    r10i: textToImage.r10,
    medri: textToImage.median,
    meanri: textToImage.mean,
    rsum,
    wallTime: Date.now() / 1000,
  };
}

function validationLine({ imageToText, textToImage, rsum }: RecallMetrics, before: number | null): string {
  const recalls = ({ r1, r5, r10 }: RecallMetrics['imageToText']): string =>
    [r1, r5, r10].map((value) => value.toFixed(1)).join(' ');
  const best = before === null || rsum > before ? 'the best so far' : `best ${before.toFixed(1)}`;
  return `rsum ${rsum.toFixed(1)} (${best}) | image to text ${recalls(imageToText)} | text to image ${recalls(textToImage)}`;
}

function stepLine(
  { loss, gradientNorm }: StepReport,
  { epoch, batchInEpoch, steps }: OpenRun['progress'],
  batches: number,
  learningRate: number,
  time: string,
): string {
  return [
    `epoch ${epoch + 1} [${batchInEpoch}/${batches}]`,
    `step ${steps}`,
    `lr ${learningRate.toPrecision(2)}`,
    `loss ${loss.toFixed(3)}`,
    `gradient ${gradientNorm.toFixed(2)}`,
    time,
  ].join(' | ');
}
