import { statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { AppError } from '../../../shared/errors/index.ts';
import { resolveBackend } from '../../../shared/platform/engines/index.ts';
import { findVocabulary } from '../../data/find-files.ts';
import { openRun, type TrainingRequest } from '../../training/open-run.ts';
import { runPaths, STATE_FILE } from '../../training/run-folder.ts';
import { runTraining } from '../../training/run-training.ts';
import { fetchVectors } from '../../word-vectors/fetch-vectors.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';
import { readSettings } from './read-settings.ts';
import type { TrainOptions } from './train-options.ts';

/** `gsmn train` */
export async function runTrain(options: TrainOptions): Promise<void> {
  const request = await readRequest(options);
  const { settings } = request;
  const { encoder: training, backend: validation } = await resolveBackend(options.backend);
  const run = await openRun(request);
  try {
    const { progress, train, config } = run;
    terminalReport.say(
      `data: ${request.data}: ${train.images} images, ${train.captionIds.length} captions of ${config.vocabularySize} words\n` +
        `network: D ${config.jointSize}, ${config.sparse ? 'sparse' : 'dense'}, propagation ${config.propagation}, seed ${settings.seed}\n` +
        `backend: ${training}, validation on ${validation}\n` +
        `checkpoints: ${request.folder.checkpoints}, log: ${request.folder.log} (tensorboard --logdir ${request.folder.log})`,
    );
    for (const note of [...train.notes, ...run.dev.notes]) terminalReport.warn(note);
    if (progress.steps > 0)
      terminalReport.say(`resumes after step ${progress.steps}, in epoch ${progress.epoch + 1}`);
    const backends = { training, validation };
    const result = await interruptible((signal) =>
      runTraining(request, run, backends, terminalReport, signal),
    );
    for (const note of [...train.featureNotes(), ...run.dev.featureNotes()]) terminalReport.warn(note);
    terminalReport.say(`plot: ${result.plot}`);
    const rsum = result.bestRsum === null ? 'no validation' : `rsum ${result.bestRsum.toFixed(1)}`;
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `best: ${result.best} (${rsum})\n`);
  } finally {
    await run.close();
  }
}

async function readRequest(options: TrainOptions): Promise<TrainingRequest> {
  const data = options.data ?? join(options.dataPath, options.dataName);
  const folder = { log: options.loggerName, checkpoints: options.modelName };
  return {
    data,
    boxFormat: options.boxFormat,
    vocabulary: options.vocabulary ?? (await vocabularyOf(options, data)),
    folder,
    vectors: options.vectors === true ? await fetchVectors(terminalReport) : options.vectors,
    resume: resumePath(options.resume, runPaths(folder).state),
    settings: readSettings(options),
    backend: options.backend,
  };
}

/** In the place of the released scripts, or near the data. */
async function vocabularyOf(
  { vocabPath, dataName, data: named }: TrainOptions,
  data: string,
): Promise<string> {
  const released = join(vocabPath, `${dataName}_vocab.json`);
  if (named === undefined && statSync(released, { throwIfNoEntry: false })?.isFile() === true)
    return released;
  return findVocabulary(data, named === undefined ? dataName : undefined);
}

function resumePath(asked: string | true | undefined, own: string): string | undefined {
  if (asked === undefined) return undefined;
  const path = asked === true ? own : asked;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return join(path, STATE_FILE);
  if (found !== undefined) return path;
  throw new AppError('file_missing', `there is no run to resume: ${path} does not exist`, {
    hint: 'start without --resume, or name a state.safetensors or a checkpoint',
  });
}
