import { assertNotAborted, type ListScores, type WorkOptions } from '../../model/index.ts';
import type { Arena } from './arena.ts';
import type { KernelThreads, MatchKernel } from './kernel.ts';
import { fieldOffset, JOB, LIST, recordBytes, writeRecord } from './records.ts';
import type { Turns } from './turns.ts';

const REPORT_MS = 100;

/** Images against batches of captions. */
export interface JobList {
  /** Addresses of records. */
  readonly images: readonly number[];
  readonly batches: readonly number[];
  /** Captions of all batches. */
  readonly columns: number;
}

/** Lists that are processed together, ready to run. */
export interface Job {
  readonly network: number;
  readonly lists: readonly JobList[];
  /** Bytes of scratch for a thread. */
  readonly scratchBytes: number;
}

/**
 * Runs a job on threads, or without threads in slices on the calling thread.
 * @param options `onProgress` is called with the number of finished pairs (approximately, until all are finished)
 * @returns the scores of each list, `[images, columns]`
 * @throws AppError `cancelled`, `memory_exhausted`, `internal` when a thread dies
 */
export async function runJob(
  arena: Arena,
  kernel: MatchKernel,
  threads: KernelThreads | undefined,
  turns: Turns,
  { network, lists, scratchBytes }: Job,
  { signal, onProgress }: WorkOptions,
): Promise<ListScores[]> {
  const pairs = lists.reduce((sum, { images, columns }) => sum + images.length * columns, 0);
  const items = lists.reduce((sum, { images, batches }) => sum + images.length * batches.length, 0);
  const blocks: number[] = [];
  const allocate = (bytes: number) => {
    const address = arena.allocate(bytes);
    blocks.push(address);
    return address;
  };
  const pairsDone = (done: number) => Math.floor((pairs * done) / items);
  try {
    const address = allocate(recordBytes(JOB));
    const table = allocate(lists.length * recordBytes(LIST));
    const addresses = (numbers: readonly number[]) => {
      const at = allocate(4 * numbers.length);
      arena.integers(at, numbers.length).set(numbers);
      return at;
    };
    let end = 0;
    const places = lists.map(({ images, batches, columns }, index) => {
      const size = images.length * columns;
      const place = { size, imageToText: allocate(4 * size), textToImage: allocate(4 * size) };
      end += images.length * batches.length;
      const fields = {
        images: addresses(images),
        imageCount: images.length,
        batches: addresses(batches),
        imageToText: place.imageToText,
        textToImage: place.textToImage,
        columns,
        end,
      };
      writeRecord(arena.memory.buffer, table + index * recordBytes(LIST), LIST, fields);
      return place;
    });
    const scratches = Array.from({ length: threads?.count ?? 1 }, () => allocate(scratchBytes));
    const fields = { network, lists: table, items, next: 0, done: 0, stop: 0 };
    writeRecord(arena.memory.buffer, address, JOB, fields);
    const counter = (name: 'done' | 'stop') => arena.integers(address + fieldOffset(JOB, name), 1);
    assertNotAborted(signal);
    if (threads === undefined) {
      let reported = 0;
      await turns.each(items, signal, (item) => {
        if (onProgress !== undefined && performance.now() - reported > REPORT_MS) {
          reported = performance.now();
          onProgress(pairsDone(item), pairs);
        }
        kernel.runJob(address, scratches[0] ?? 0, 1);
      });
    } else {
      const stop = () => Atomics.store(counter('stop'), 0, 1);
      signal?.addEventListener('abort', stop);
      const report = () => onProgress?.(pairsDone(Atomics.load(counter('done'), 0)), pairs);
      const reports = onProgress && setInterval(report, REPORT_MS);
      try {
        await threads.run(address, scratches);
      } finally {
        clearInterval(reports);
        signal?.removeEventListener('abort', stop);
      }
      assertNotAborted(signal);
    }
    onProgress?.(pairs, pairs);
    return places.map(({ size, imageToText, textToImage }) => ({
      imageToText: arena.floats(imageToText, size).slice(),
      textToImage: arena.floats(textToImage, size).slice(),
    }));
  } finally {
    for (const block of blocks) arena.free(block);
  }
}
