import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { AppError } from '../../shared/errors/index.ts';

const PROGRAM = join(import.meta.dirname, '../cli/main.ts');
/** Characters of a message that are passed on. Chosen. */
const TOLD = 2000;

export interface IndexAgainOptions {
  readonly photos: string;
  readonly index: string;
  readonly checkpoint: string | undefined;
  readonly encoder: string | undefined;
  readonly models: string | undefined;
  readonly device: string | undefined;
  readonly backend: string;
  readonly qdrant: string | undefined;
  readonly gps: boolean;
  readonly signal: AbortSignal;
}

/**
 * Runs `gsmn photos index` as a process of its own, so that searches are answered meanwhile.
 *
 * @returns the result as JSON.
 * @throws AppError `internal` with what it said if it fails; the signal's reason.
 */
export async function indexAgain(options: IndexAgainOptions): Promise<unknown> {
  const { photos, index, checkpoint, encoder, models, device, backend, qdrant, gps, signal } = options;
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      '--disable-warning=ExperimentalWarning',
      PROGRAM,
      'photos',
      'index',
      photos,
      '--json',
      '--index',
      index,
      '--backend',
      backend,
      ...(checkpoint === undefined ? [] : ['--checkpoint', checkpoint]),
      ...(encoder === undefined ? [] : ['--encoder', encoder]),
      ...(models === undefined ? [] : ['--models', models]),
      ...(device === undefined ? [] : ['--device', device]),
      ...(qdrant === undefined ? [] : ['--qdrant', qdrant]),
      ...(gps ? ['--gps'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-TOLD);
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    const code = await new Promise<number | null>((done, failed) => {
      child.on('error', failed).on('close', done);
      if (signal.aborted) stop();
    });
    signal.throwIfAborted();
    if (code !== 0) throw new AppError('internal', `indexing ended with ${code}: ${stderr.trim()}`);
    return JSON.parse(stdout);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
