import { assertNotAborted, type WorkOptions, yieldToEventLoop } from '../../model/index.ts';
import type { Arena } from './arena.ts';
import type { KernelThreads, MatchKernel } from './kernel.ts';
import { fieldOffset, JOB, recordBytes, writeRecord } from './records.ts';

/** How long the calling thread works before others get their turn, in milliseconds. */
const SLICE_MS = 12;
const REPORT_MS = 100;

/** Images against batches of captions, ready to be run. */
export interface Job {
  readonly network: number;
  readonly images: readonly number[];
  readonly batches: readonly number[];
  /** Captions of all batches. */
  readonly columns: number;
  /** Bytes of scratch for a thread. */
  readonly scratchBytes: number;
}

interface JobScores {
  /** `[images, columns]` */
  readonly imageToText: Float32Array;
  readonly textToImage: Float32Array;
}

/**
 * Runs a job on threads, or without them on the calling thread, a slice at a time.
 * @param options `onProgress` is called with the pairs that are done (about, until all are)
 * @throws AppError `cancelled`, `memory_exhausted`, `internal` when a thread dies
 */
export async function runJob(
  arena: Arena,
  kernel: MatchKernel,
  threads: KernelThreads | undefined,
  job: Job,
  { signal, onProgress }: WorkOptions,
): Promise<JobScores> {
  const size = job.images.length * job.columns;
  const items = job.images.length * job.batches.length;
  const blocks: number[] = [];
  const allocate = (bytes: number) => {
    const address = arena.allocate(bytes);
    blocks.push(address);
    return address;
  };
  const pairsDone = (done: number) => Math.floor((size * done) / items);
  try {
    const address = allocate(recordBytes(JOB));
    const list = (numbers: readonly number[]) => {
      const at = allocate(4 * numbers.length);
      arena.integers(at, numbers.length).set(numbers);
      return at;
    };
    const [images, batches] = [list(job.images), list(job.batches)];
    const [imageToText, textToImage] = [allocate(4 * size), allocate(4 * size)];
    const scratches = Array.from({ length: threads?.count ?? 1 }, () => allocate(job.scratchBytes));
    writeRecord(arena.memory.buffer, address, JOB, {
      network: job.network,
      images,
      imageCount: job.images.length,
      batches,
      batchCount: job.batches.length,
      imageToText,
      textToImage,
      columns: job.columns,
      next: 0,
      done: 0,
      stop: 0,
    });
    const counter = (name: 'done' | 'stop') => arena.integers(address + fieldOffset(JOB, name), 1);
    const done = () => Atomics.load(counter('done'), 0);
    assertNotAborted(signal);
    if (threads === undefined) {
      let reported = 0;
      for (let limit = 1; done() < items; ) {
        const began = performance.now();
        kernel.runJob(address, scratches[0] ?? 0, limit);
        // Not 0, also where the clock stands still while something computes, as in workerd: slices then only grow.
        const took = Math.max(performance.now() - began, 1e-3);
        limit = Math.max(1, Math.min(4 * limit, Math.floor((limit * SLICE_MS) / took)));
        if (done() >= items) break;
        if (took < SLICE_MS / 4) continue;
        await yieldToEventLoop();
        assertNotAborted(signal);
        if (onProgress !== undefined && performance.now() - reported > REPORT_MS) {
          reported = performance.now();
          onProgress(pairsDone(done()), size);
        }
      }
    } else {
      const stop = () => Atomics.store(counter('stop'), 0, 1);
      signal?.addEventListener('abort', stop);
      const reports = onProgress && setInterval(() => onProgress(pairsDone(done()), size), REPORT_MS);
      try {
        await threads.run(address, scratches);
      } finally {
        clearInterval(reports);
        signal?.removeEventListener('abort', stop);
      }
      assertNotAborted(signal);
    }
    onProgress?.(size, size);
    return {
      imageToText: arena.floats(imageToText, size).slice(),
      textToImage: arena.floats(textToImage, size).slice(),
    };
  } finally {
    for (const block of blocks) arena.free(block);
  }
}
