import { availableParallelism } from 'node:os';
import type { KernelRuntime } from '../../match/simd/index.ts';
import { hasRelaxedSimd } from '../../match/simd/relaxed-simd.ts';
import { loadMatchKernel } from './compile-kernel.ts';
import { startKernelThreads } from './kernel-threads.ts';

export interface NodeKernelOptions extends Pick<KernelRuntime, 'singleThreadedBelow'> {
  /** Threads for large work; all cores by default. */
  readonly threads?: number | undefined;
  /** Whether to use the build with relaxed SIMD; by default if the runtime supports it. */
  readonly relaxed?: boolean | undefined;
  /**
   * Whether to use the build for shared memory; without it there is one thread, as on platforms without such memory.
   */
  readonly sharedMemory?: boolean | undefined;
}

/**
 * The matching kernel in Node: built at the first use, on worker threads over shared memory.
 * @throws AppError `backend_unavailable`
 */
export async function nodeKernelRuntime({
  threads = availableParallelism(),
  relaxed = hasRelaxedSimd(),
  singleThreadedBelow,
  sharedMemory = true,
}: NodeKernelOptions = {}): Promise<KernelRuntime> {
  const module = await loadMatchKernel({ relaxed, sharedMemory });
  if (!sharedMemory) return { module, sharedMemory, threads: 1 };
  return {
    module,
    sharedMemory,
    threads,
    singleThreadedBelow,
    startThreads: (memory) => startKernelThreads(module, memory, threads),
  };
}
