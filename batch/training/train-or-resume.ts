import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBackend } from '../../shared/platform/engines/index.ts';
import type { Report } from '../report.ts';
import { openRun, type TrainingRequest } from './open-run.ts';
import { runPaths } from './run-folder.ts';
import { runTraining, type TrainingResult } from './run-training.ts';

export interface FinishedRun extends TrainingResult {
  /** The backend that it was trained on. */
  readonly backend: string;
  /** The log, as JSON lines. */
  readonly log: string;
}

/**
 * Trains to the last epoch in a folder: from the start, or from where a run in it was stopped.
 *
 * @throws AppError of `openRun` and `runTraining`.
 */
export async function trainOrResume(
  { run: parent, ...asked }: Omit<TrainingRequest, 'folder' | 'resume'> & { readonly run: string },
  report: Report,
  signal?: AbortSignal,
): Promise<FinishedRun> {
  const folder = { log: join(parent, 'log'), checkpoints: join(parent, 'checkpoint') };
  const { state, log } = runPaths(folder);
  const begun = await stat(state).then(
    () => true,
    () => false,
  );
  const request: TrainingRequest = { ...asked, folder, resume: begun ? state : undefined };
  const { encoder: training, backend: validation } = await resolveBackend(request.backend);
  const run = await openRun(request);
  try {
    report.say(`training on ${training}, validating on ${validation}, in ${folder.checkpoints}`);
    return {
      ...(await runTraining(request, run, { training, validation }, report, signal)),
      backend: training,
      log,
    };
  } finally {
    await run.close();
  }
}
