import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../shared/errors/index.ts';

export interface WorkersOptions {
  /** The module that each thread runs: it replies to every message with one message. */
  readonly module: URL;
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends tasks to threads, one at a time to each thread, and passes on results in whatever order they come.
 *
 * @throws AppError `internal` if a thread fails; the signal's reason; what `onResult` throws. No thread is left in any
 *   case.
 */
export async function inWorkers<Task, Result>(
  tasks: readonly Task[],
  { module, threads, signal }: WorkersOptions,
  onResult: (result: Result) => void | Promise<void>,
): Promise<void> {
  let next = 0;
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const runThread = async (): Promise<void> => {
    const worker = new Worker(module);
    const gone = end(worker);
    try {
      for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) {
        stopped.throwIfAborted();
        const answer = once(worker, 'message', { signal: stopped });
        worker.postMessage(task);
        const [result] = (await Promise.race([answer, gone])) as [Result];
        await onResult(result);
      }
    } catch (thrown) {
      // The first reason counts; the other threads stop because of it.
      stop.abort(stopped.aborted ? stopped.reason : thrown);
      throw thrown;
    } finally {
      await worker.terminate();
    }
  };
  const threadsRunning = Array.from({ length: Math.min(threads, tasks.length) }, runThread);
  await Promise.allSettled(threadsRunning);
  stop.signal.throwIfAborted();
}

/** Rejects when a thread fails or ends. */
function end(worker: Worker): Promise<never> {
  const gone = new Promise<never>((_resolve, reject) => {
    worker.once('error', (cause) =>
      reject(new AppError('internal', `a thread failed: ${String(cause)}`, { cause })),
    );
    worker.once('exit', (code) => reject(new AppError('internal', `a thread ended with code ${code}`)));
  });
  // It also ends normally, when nothing waits for it any more.
  gone.catch(() => {});
  return gone;
}
