import { Worker } from 'node:worker_threads';
import { type Kept, keepRunning, type Running } from '../../shared/async/keep-running.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { Service } from './closing.ts';
import type { DatabaseThreadData, FromDatabaseThread, SentError } from './database-thread.ts';
import type { Log } from './log.ts';

const PROGRAM = new URL('database-thread.ts', import.meta.url);

/** How long it may take to end in order, with its requests. Everything that it acknowledged is on disk anyway. */
const END_MS = 10_000;

export interface DatabaseOptions extends DatabaseThreadData {
  readonly log: Log;
  /** The program of the thread; tests have others. */
  readonly program?: URL | undefined;
}

/** A thread that listens. */
interface DatabaseThread extends Running {
  readonly url: string;
}

/**
 * The vector database over one file, in a thread of its own, so that its scans do not stall this one. Port 0 chooses a
 * free one. If the thread ends by itself, it is started again on the same port, with a warning in the log.
 *
 * @throws AppError what `startQdrantLocal` throws.
 */
export async function startDatabase({
  log,
  program = PROGRAM,
  ...data
}: DatabaseOptions): Promise<Service & Kept> {
  const first = await launchThread(program, data, log);
  const port = Number(new URL(first.url).port);
  const kept = keepRunning(first, {
    name: 'the vector database',
    launch: () => launchThread(program, { ...data, port }, log),
    onEnd: (end, delay) => log.warn({ end, delay }, 'the vector database ended and is restarted'),
  });
  return { url: first.url, ...kept };
}

async function launchThread(program: URL, workerData: DatabaseThreadData, log: Log): Promise<DatabaseThread> {
  const thread = new Worker(program, { workerData });
  let cause: string | undefined;
  const ended = new Promise<string>((resolve) => {
    thread.on('error', (error) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    thread.once('exit', (code) => resolve(cause ?? `exit code ${code}`));
  });
  const url = await new Promise<string>((resolve, reject) => {
    thread.on('message', (message: FromDatabaseThread) => {
      if (message.kind === 'listening') resolve(message.url);
      else if (message.kind === 'failed') reject(received(message.error));
      else log.error({ err: received(message.error) }, 'qdrant-local');
    });
    void ended.then((how) =>
      reject(new AppError('internal', `the thread of the vector database ended before it listened: ${how}`)),
    );
  });
  return { url, ended, close: () => end(thread, ended) };
}

async function end(thread: Worker, ended: Promise<string>): Promise<void> {
  thread.postMessage('close');
  const late = setTimeout(() => void thread.terminate(), END_MS);
  await ended;
  clearTimeout(late);
}

function received({ code, message, hint, stack }: SentError): AppError {
  const error = new AppError(code, message, { hint });
  if (stack !== undefined) error.stack = stack;
  return error;
}
