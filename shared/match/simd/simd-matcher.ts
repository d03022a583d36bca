import { AppError } from '../../errors/index.ts';
import {
  assertParameters,
  type CaptionGraph,
  emptyScores,
  type ImageGraph,
  type ListScores,
  type Matcher,
  type PairEvidence,
  type Parameters,
  type PreparedImages,
  type WorkOptions,
} from '../../model/index.ts';
import type { MatchPrecision, ModelConfig } from '../../schema/index.ts';
import { captionLengths } from '../graphs/caption-lengths.ts';
import { imageKernels, type LaidOutImage, layOutImage, regionCount } from '../graphs/image-layout.ts';
import { Arena } from './arena.ts';
import { type BatchRecord, batchSpans, writeBatch } from './caption-batches.ts';
import { type ImageRecord, writeImage } from './image-records.ts';
import { type JobList, runJob } from './job.ts';
import { createMemory, instantiateKernel, type KernelRuntime, type KernelThreads } from './kernel.ts';
import { roundUp } from './layouts.ts';
import { allocateNetwork, writeNetwork } from './network-record.ts';
import { readEvidence } from './pair-evidence.ts';
import { recordBytes, SCRATCH } from './records.ts';
import { placeScores, scoreSpans } from './score-plan.ts';
import { Turns } from './turns.ts';

/**
 * Multiply-adds for which waking threads pays: about 0.6 ms of one thread. Two threads take 0.2 ms of processor time
 * more, and save time from 0.4 ms on; those that are busy already cost nothing (docs/performance.md).
 */
const SINGLE_THREADED_BELOW = 2 ** 23;

/** About R·L of a pair: multiply-adds for each of the D numbers of a node. */
const PRODUCTS_OF_A_PAIR = 512;

/** The norms of contexts and the graphs cost about as much as this many numbers of a node. */
const OTHER_NUMBERS = 512;

export interface SimdMatcherOptions {
  /** `f32` by default; `i8` is faster and smaller, and slightly less exact (docs/performance.md). */
  readonly precision?: MatchPrecision | undefined;
}

/** A matcher on the fused kernel. */
export interface SimdMatcher extends Matcher {
  /** Bytes of the kernel's memory used by records and scratch. */
  readonly usedBytes: number;
  /** Prepares images whose edge weights were computed elsewhere (in training, with parameters that change in every step). */
  prepareLaidOut(images: readonly LaidOutImage[]): Promise<PreparedImages>;
  /**
   * Uses other parameters of the same configuration from now on; prepared images keep their nodes and layouts.
   * @throws AppError `shape_mismatch`, `conflict` while something is being scored
   */
  replaceParameters(parameters: Parameters): void;
}

/**
 * GSMN's matching as one fused kernel in WebAssembly SIMD, float32: the numbers of `shared/gsmn` with another order of
 * sums (docs/network.md). Images have up to 128 regions, captions up to 64 words. Large work is spread over the
 * runtime's threads, which start at the first use. The matcher owns its memory and threads until `dispose`; prepared
 * images own their records until their own `dispose`.
 * @throws AppError `shape_mismatch` for parameters that do not fit the configuration
 */
export function createSimdMatcher(
  config: ModelConfig,
  parameters: Parameters,
  runtime: KernelRuntime,
  { precision = 'f32' }: SimdMatcherOptions = {},
): SimdMatcher {
  assertParameters(config, parameters);
  const arena = new Arena(createMemory(runtime));
  const kernel = instantiateKernel(runtime.module, arena.memory);
  const network = allocateNetwork(arena, config);
  writeNetwork(arena, network, config, parameters, precision);
  const probe = arena.allocate(recordBytes(SCRATCH) + 64);
  let kernels = imageKernels(parameters);
  let threads: KernelThreads | undefined;
  const turns = new Turns();
  let running = 0;
  let disposed = false;
  const owned = new WeakMap<PreparedImages, readonly ImageRecord[]>();

  function assertUsable(): void {
    if (disposed) throw new AppError('argument_invalid', 'the matcher was disposed of');
  }

  function recordsOf(prepared: PreparedImages): readonly ImageRecord[] {
    assertUsable();
    const records = owned.get(prepared);
    if (records !== undefined) return records;
    throw new AppError('argument_invalid', 'these images were prepared by another matcher, or disposed of', {
      hint: 'prepare them with the matcher that scores them',
    });
  }

  async function prepare(count: number, imageAt: (index: number) => LaidOutImage): Promise<PreparedImages> {
    assertUsable();
    const records: ImageRecord[] = [];
    try {
      await turns.each(count, undefined, (index) => {
        records.push(writeImage(arena, kernel, network, imageAt(index), config, precision));
      });
    } catch (thrown) {
      for (const { address } of records) arena.free(address);
      throw thrown;
    }
    const prepared: PreparedImages = {
      count,
      bytes: records.reduce((sum, { bytes }) => sum + bytes, 0),
      dispose: () => {
        if (!owned.delete(prepared)) return;
        for (const { address } of records) arena.free(address);
      },
    };
    owned.set(prepared, records);
    return prepared;
  }

  function scratchBytes(batches: readonly BatchRecord[], images: readonly ImageRecord[]): number {
    const words = batches.reduce((most, { lanes }) => Math.max(most, lanes), 0);
    const regions = images.reduce((most, image) => Math.max(most, image.regions), 0);
    return kernel.scratchBytes(network, words, roundUp(regions), probe);
  }

  /** The threads, if the work of this many pairs is large enough for them. */
  function threadsFor(pairs: number): KernelThreads | undefined {
    const { startThreads, singleThreadedBelow = SINGLE_THREADED_BELOW } = runtime;
    if (runtime.threads < 2 || startThreads === undefined) return undefined;
    const multiplyAdds = pairs * PRODUCTS_OF_A_PAIR * (config.jointSize + OTHER_NUMBERS);
    if (multiplyAdds < singleThreadedBelow) return undefined;
    turns.assertGoingOn();
    threads ??= startThreads(arena.memory);
    return threads;
  }

  /**
   * Runs `work` with the records of batches of captions in memory.
   * @param sideBySide in the columns of one list; else each caption is a batch, and the only column of its list
   */
  async function withBatches<T>(
    captions: readonly CaptionGraph[],
    lengths: readonly number[],
    sideBySide: boolean,
    signal: AbortSignal | undefined,
    work: (batches: readonly BatchRecord[]) => Promise<T>,
  ): Promise<T> {
    const batches: BatchRecord[] = [];
    const spans = sideBySide ? batchSpans(lengths) : lengths.map((_, start) => ({ start, end: start + 1 }));
    running++;
    try {
      await turns.each(spans.length, signal, (index) => {
        const { start, end } = spans[index] ?? { start: 0, end: 0 };
        const [some, sizes] = [captions.slice(start, end), lengths.slice(start, end)];
        const column = sideBySide ? start : 0;
        batches.push(writeBatch(arena, kernel, network, some, sizes, column, config, precision));
      });
      return await work(batches);
    } finally {
      running--;
      for (const { address } of batches) arena.free(address);
    }
  }

  const run = (lists: readonly JobList[], scratch: number, options: WorkOptions): Promise<ListScores[]> => {
    const pairs = lists.reduce((sum, { images, columns }) => sum + images.length * columns, 0);
    return runJob(
      arena,
      kernel,
      threadsFor(pairs),
      turns,
      { network, lists, scratchBytes: scratch },
      options,
    );
  };

  return {
    backend: 'simd',

    get usedBytes() {
      return arena.usedBytes;
    },

    prepareImages: async (images) => {
      for (const [index, image] of images.entries()) regionCount(image, index, config);
      return prepare(images.length, (index) => layOutImage(images[index] as ImageGraph, kernels, config));
    },

    gather: (batches) => {
      const records = batches.flatMap(recordsOf);
      const gathered: PreparedImages = {
        count: records.length,
        bytes: 0,
        dispose: () => void owned.delete(gathered),
      };
      owned.set(gathered, records);
      return gathered;
    },

    prepareLaidOut: (images) => prepare(images.length, (index) => images[index] as LaidOutImage),

    replaceParameters: (replacement) => {
      assertParameters(config, replacement);
      if (running > 0) {
        throw new AppError('conflict', 'the matcher is scoring with its parameters', {
          hint: 'wait for the scores, then replace them',
        });
      }
      writeNetwork(arena, network, config, replacement, precision);
      kernels = imageKernels(replacement);
    },

    score: async (prepared, captions, indices, { signal, onProgress } = {}) => {
      const records = selectRecords(recordsOf(prepared), indices);
      const lengths = captionLengths(captions, config);
      const scores = emptyScores(records.length, captions.length);
      const total = records.length * captions.length;
      if (total === 0) return scores;
      const images = addresses(records);
      for (const { start, end } of scoreSpans(lengths, records.length, config)) {
        const some = captions.slice(start, end);
        const [part] = await withBatches(some, lengths.slice(start, end), true, signal, (batches) =>
          run(
            [{ images, batches: addresses(batches), columns: some.length }],
            scratchBytes(batches, records),
            {
              signal,
              onProgress: onProgress && ((done) => onProgress(start * records.length + done, total)),
            },
          ),
        );
        if (part !== undefined) placeScores(part, some.length, scores, start);
      }
      return scores;
    },

    scoreLists: async (prepared, lists, options = {}) => {
      const all = recordsOf(prepared);
      const records = lists.map(({ indices }) => selectRecords(all, indices));
      const captions = lists.map(({ caption }) => caption);
      const lengths = captionLengths(captions, config);
      return withBatches(captions, lengths, false, options.signal, (batches) => {
        const jobLists = records.map((images, list) => ({
          images: addresses(images),
          batches: addresses(batches.slice(list, list + 1)),
          columns: 1,
        }));
        return run(jobLists, scratchBytes(batches, records.flat()), options);
      });
    },

    evidenceOf: async (prepared, indices, caption, { signal } = {}) => {
      const records = selectRecords(recordsOf(prepared), indices);
      const [words = 0] = captionLengths([caption], config);
      return withBatches([caption], [words], true, signal, async ([batch]) => {
        const found: PairEvidence[] = [];
        if (batch === undefined) return found;
        const size = scratchBytes([batch], records);
        const scratch = arena.allocate(size + 8);
        try {
          await turns.each(records.length, signal, (index) => {
            const image = records[index] as ImageRecord;
            const scores = scratch + size;
            found.push(readEvidence(arena, kernel, { network, image, batch, scratch, scores, words }));
          });
          return found;
        } finally {
          arena.free(scratch);
        }
      });
    },

    dispose: async () => {
      disposed = true;
      turns.end();
      await threads?.dispose();
    },
  };
}

function addresses(records: readonly { readonly address: number }[]): number[] {
  return records.map(({ address }) => address);
}

/** Those of `indices`, or all. */
function selectRecords<T>(records: readonly T[], indices: ArrayLike<number> | undefined): readonly T[] {
  if (indices === undefined) return records;
  return Array.from(indices, (index) => {
    const record = records[index];
    if (record !== undefined) return record;
    throw new AppError('argument_invalid', `there is no image ${index} among the ${records.length} prepared`);
  });
}
