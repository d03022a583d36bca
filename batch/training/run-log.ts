import { appendFile, mkdir, open, readFile, truncate } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { eventFileName, loadEventEncoder } from '../../shared/formats/tensorboard/index.ts';
import { writeFileAtomic, writing } from '../../shared/platform/atomic-file.ts';
import type { StepEntry, ValidationEntry } from '../plot/training-entry.ts';
import { parseTrainingLog } from '../plot/training-log.ts';
import { trainingPlot } from '../plot/training-plot.ts';
import { type RunFolder, runPaths } from './run-folder.ts';

/** A run's log: JSON lines for programs, event files for TensorBoard, a plot at the end. */
export interface RunLog {
  /** The first entry of a run, and of each time that it resumes. */
  run(options: Record<string, unknown>): Promise<void>;
  step(entry: StepEntry): Promise<void>;
  validation(entry: ValidationEntry): Promise<void>;
  /** Draws the whole log. Returns the path of the plot. */
  plot(): Promise<string>;
}

/**
 * Opens the log of a run that starts or resumes. An incomplete last line of a killed run is removed.
 *
 * @throws AppError `file_unwritable`.
 */
export async function openRunLog(folder: RunFolder): Promise<RunLog> {
  const { log: path, plot } = runPaths(folder);
  const encoder = await loadEventEncoder();
  const began = Date.now() / 1000;
  const events = join(folder.log, eventFileName(began, `${hostname()}.${process.pid}`));
  await writing(folder.log, async () => {
    await mkdir(folder.log, { recursive: true });
    await cutUnfinishedLine(path);
    await appendFile(events, encoder.header(began));
  });
  const append = async (entry: object): Promise<void> => {
    await writing(path, () => appendFile(path, `${JSON.stringify(entry)}\n`));
  };
  const scalars = async (step: number, wallTime: number, values: Record<string, number>): Promise<void> => {
    await writing(events, () =>
      appendFile(events, encoder.scalars({ step, wallTime, scalars: new Map(Object.entries(values)) })),
    );
  };
  return {
    run: (options) => append({ type: 'run', ...options }),
    step: async (entry) => {
      await append(entry);
      const { epoch, step, batchSeconds, dataSeconds, lr, loss } = entry;
      await scalars(step, entry.wallTime, {
        epoch,
        step,
        batch_time: batchSeconds,
        data_time: dataSeconds,
        Eit: step,
        lr,
        Le: loss,
      });
    },
    validation: async (entry) => {
      await append(entry);
      const { type: _type, step, epoch: _epoch, wallTime, ...recalls } = entry;
      await scalars(step, wallTime, recalls);
    },
    plot: async () => {
      const log = parseTrainingLog(await readFile(path, 'utf8'), path);
      await writeFileAtomic(plot, trainingPlot(log.entries));
      return plot;
    },
  };
}

/** Keeps complete lines. */
async function cutUnfinishedLine(path: string): Promise<void> {
  const handle = await open(path, 'a+');
  let text: string;
  try {
    text = await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
  if (text === '' || text.endsWith('\n')) return;
  await truncate(path, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
}
