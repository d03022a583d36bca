import { Worker } from 'node:worker_threads';
import { AppError } from '../../errors/index.ts';
import type { KernelThreads } from '../../match/simd/index.ts';
import type { KernelWork, KernelWorkerData } from './kernel-worker.ts';

const PROGRAM = new URL('kernel-worker.ts', import.meta.url);

interface Waiting {
  readonly done: () => void;
  readonly failed: (error: AppError) => void;
}

/** Starts worker threads with an instance of the kernel each. They keep the process alive only while they work. */
export function startKernelThreads(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  count: number,
): KernelThreads {
  const waiting = new Map<number, Waiting>();
  const workerData: KernelWorkerData = { module, memory };
  let nextId = 0;
  let ended: AppError | undefined;

  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(PROGRAM, { workerData });
    worker.unref();
    worker.on('message', (id: number) => {
      waiting.get(id)?.done();
      waiting.delete(id);
    });
    worker.on('error', (cause) => void end(new AppError('internal', 'a matching thread died', { cause })));
    worker.on('exit', () => void end(new AppError('internal', 'a matching thread ended by itself')));
    return worker;
  });

  /** Ends all threads. The memory of their work may be reused only when none of them writes any more. */
  async function end(error: AppError): Promise<void> {
    ended ??= error;
    await Promise.all(workers.map((worker) => worker.terminate()));
    for (const { failed } of waiting.values()) failed(ended);
    waiting.clear();
  }

  const runOn = (worker: Worker, work: Omit<KernelWork, 'id'>) =>
    new Promise<void>((done, failed) => {
      const id = nextId++;
      waiting.set(id, { done, failed });
      worker.postMessage({ id, ...work } satisfies KernelWork);
    });

  return {
    count,
    run: async (job, scratches) => {
      if (ended !== undefined) throw ended;
      for (const worker of workers) worker.ref();
      try {
        await Promise.all(
          workers.map((worker, index) => runOn(worker, { job, scratch: scratches[index] ?? 0 })),
        );
      } finally {
        if (waiting.size === 0) for (const worker of workers) worker.unref();
      }
    },
    dispose: () => end(new AppError('cancelled', 'the matcher was disposed of while it scored')),
  };
}
