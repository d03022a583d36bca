import { parentPort, workerData } from 'node:worker_threads';
import { instantiateKernel } from '../../match/simd/index.ts';

/** The data that a thread is started with. */
export interface KernelWorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** A thread's part of a job. */
export interface KernelWork {
  readonly id: number;
  readonly job: number;
  readonly scratch: number;
}

const ALL = 2 ** 31 - 1;

const { module, memory } = workerData as KernelWorkerData;
const kernel = instantiateKernel(module, memory);

parentPort?.on('message', ({ id, job, scratch }: KernelWork) => {
  kernel.runJob(job, scratch, ALL);
  parentPort?.postMessage(id);
});
