import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Kept, keepRunning, type Running } from '../../shared/async/keep-running.ts';
import { AppError } from '../../shared/errors/index.ts';
import { type ProbeTimes, probe } from '../../shared/platform/probe.ts';
import type { Service } from './closing.ts';
import type { DatabaseThreadData, FromDatabaseThread, SentError } from './database-thread.ts';
import type { Log } from './log.ts';

const PROGRAM = new URL('database-thread.ts', import.meta.url);

/**
 * How it is found out that it hangs, after two minutes. Chosen above its longest single step, reading a collection: 2.9 s
 * for 100,000 points of 1024 dimensions, and it has a million at most.
 */
const PROBE_TIMES: ProbeTimes = { pauseMs: 5000, timeoutMs: 30_000, misses: 4 };

const HELD =
  'the vector database hangs outside its program, probably in a disk that does not respond, and cannot be ended: end this process';

/** How long it may take to end in order, with its requests. Everything that it acknowledged is on disk anyway. */
const END_MS = 10_000;

export interface DatabaseOptions extends DatabaseThreadData {
  readonly log: Log;
  /** The program of the thread; tests have others. */
  readonly program?: URL | undefined;
  /** How it is found out that it hangs; `PROBE_TIMES` by default. */
  readonly probeTimes?: ProbeTimes | undefined;
}

/** A thread that listens. */
interface DatabaseThread extends Running {
  readonly url: string;
}

/**
 * The vector database over one file, in a thread of its own, so that its scans do not stall this one. Port 0 chooses a
 * free one. If the thread ends by itself, or hangs and is ended, it is started again on the same port, with a warning in
 * the log.
 *
 * @throws AppError what `startQdrantLocal` throws.
 */
export async function startDatabase({
  log,
  program = PROGRAM,
  probeTimes = PROBE_TIMES,
  ...data
}: DatabaseOptions): Promise<Service & Kept> {
  const launch = (threadData: DatabaseThreadData) => launchThread(program, threadData, probeTimes, log);
  const first = await launch(data);
  const port = Number(new URL(first.url).port);
  const kept = keepRunning(first, {
    name: 'the vector database',
    launch: () => launch({ ...data, port }),
    onEnd: (end, delay) => log.warn({ end, delay }, 'the vector database ended and is restarted'),
  });
  return { url: first.url, ...kept };
}

async function launchThread(
  program: URL,
  workerData: DatabaseThreadData,
  probeTimes: ProbeTimes,
  log: Log,
): Promise<DatabaseThread> {
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
  void endIfItHangs(url, thread, ended, probeTimes, log);
  return { url, ended, close: () => end(thread, ended) };
}

async function endIfItHangs(
  url: string,
  thread: Worker,
  ended: Promise<string>,
  times: ProbeTimes,
  log: Log,
): Promise<void> {
  const stop = new AbortController();
  void ended.then(() => stop.abort());
  if (!(await probe(`${url}/livez`, times, stop.signal))) return;
  log.warn(
    { url },
    `the vector database hangs and is ended: it did not answer ${times.misses} times in a row, each within ${times.timeoutMs / 1000} s`,
  );
  void thread.terminate();
  const gone = await Promise.race([ended, delay(END_MS, undefined, { ref: false })]);
  // Only JavaScript can be ended; what waits for the disk goes on.
  if (gone === undefined) log.error({ url, process: process.pid }, HELD);
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
