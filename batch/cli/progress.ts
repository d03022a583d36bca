import process from 'node:process';
import { Presets, SingleBar } from 'cli-progress';
import type { Report } from '../report.ts';

/** One stage of long work, shown on stderr: a bar on a terminal, otherwise a line at the start and the end. */
interface Progress {
  update(done: number, total: number): void;
  finish(): void;
}

/** Opens the display of a stage. Units are plural words: images, captions, pairs. */
function startProgress(label: string, unit: string): Progress {
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  if (!process.stderr.isTTY) {
    let last = 0;
    return {
      update: (_done, total) => {
        last = total;
      },
      finish: () => {
        process.stderr.write(`${label}: ${last.toLocaleString('en')} ${unit} in ${seconds()} s\n`);
      },
    };
  }
  const bar = new SingleBar(
    {
      format: `${label.padEnd(24)} {bar} {percentage}% | {value}/{total} ${unit} | {rate}/s | ETA {eta_formatted}`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  let started: { readonly at: number; readonly done: number } | undefined;
  return {
    update: (done, total) => {
      const now = performance.now();
      if (started === undefined) {
        started = { at: now, done };
        bar.start(total, done, { rate: '-' });
      }
      // What an earlier run did is not counted.
      const rate = (1000 * (done - started.done)) / (now - started.at);
      bar.update(done, { rate: Number.isFinite(rate) ? rate.toFixed(rate < 100 ? 1 : 0) : '-' });
    },
    finish: () => bar.stop(),
  };
}

/** Runs one stage with its progress on stderr. */
export async function withProgress<T>(
  label: string,
  unit: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = startProgress(label, unit);
  try {
    return await work((done, total) => progress.update(done, total));
  } finally {
    progress.finish();
  }
}

/** Progress and messages on stderr, so that stdout is only for results. */
export const terminalReport: Report = {
  stage: withProgress,
  say: (line) => process.stderr.write(`${line}\n`),
  warn: (line) => process.stderr.write(`warning: ${line}\n`),
};
