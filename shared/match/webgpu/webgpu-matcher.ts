import { AppError } from '../../errors/index.ts';
import {
  assertParameters,
  type CaptionGraph,
  emptyScores,
  type Matcher,
  type Parameters,
  type PreparedImages,
  type WorkOptions,
} from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { captionLengths } from '../graphs/caption-lengths.ts';
import { imageKernels, regionCount } from '../graphs/image-layout.ts';
import { type BestImage, bestImages } from './best-images.ts';
import { type CaptionSet, captionSpans, freeCaptions, writeCaptions } from './caption-set.ts';
import type { MatchDevice } from './device.ts';
import { text } from './gpu-errors.ts';
import { GpuMemory, USAGE } from './gpu-memory.ts';
import {
  assertFloat16,
  chunkBytes,
  chunkSpans,
  freeChunk,
  type ImageChunk,
  renumbered,
  writeChunk,
} from './image-chunks.ts';
import { ImageMemory } from './image-memory.ts';
import { dimensions, type Precision } from './layouts.ts';
import { listedPairs } from './listed-pairs.ts';
import { kernelWeights, networkWeights } from './network-weights.ts';
import { Pace } from './pace.ts';
import { PairDispatcher } from './pair-dispatcher.ts';
import { pairEvidence } from './pair-evidence.ts';
import { createPrograms } from './programs.ts';
import { allPairs, scorePairs } from './score-pairs.ts';
import { allRows, chunkRows, someRows } from './selected-rows.ts';

/** Maximum number of images that `best` returns. */
const MOST_BEST = 1000;

/** A matcher on a GPU. */
export interface WebgpuMatcher extends Matcher {
  /** The driver's name of the adapter that it runs on. */
  readonly adapter: string;
  /** Bytes of GPU memory in use. */
  readonly usedBytes: number;
  /**
   * The `count` best of all prepared images for a caption, by the sum of both scores, best first, the lower index first
   * among equal ones. All are scored; only the best are read back from the device.
   * @throws AppError `argument_invalid` for a count that is not from 1 to 1000, and what `score` throws
   */
  best(
    prepared: PreparedImages,
    caption: CaptionGraph,
    count: number,
    options?: WorkOptions,
  ): Promise<BestImage[]>;
}

export interface WebgpuMatcherOptions {
  /** For nodes of images in GPU memory: float32 by default. Sums are float32 in both cases. */
  readonly precision?: Precision | undefined;
}

/**
 * GSMN's matching as two WGSL shaders, one for tiles of the block products of many pairs and one with a workgroup for
 * each pair: the numbers of `shared/gsmn` with another order of sums (docs/network.md). Images have up to 128 regions, captions up to 64 words. Images stay in GPU memory as their
 * nodes and the Gram matrices of their blocks; captions are sent with each request. The matcher owns its device and
 * destroys it on `dispose`; prepared images own their buffers until their own `dispose`.
 * @throws AppError `shape_mismatch` for parameters that do not fit the configuration, `memory_exhausted`; the device is
 *   destroyed then too
 */
export async function createWebgpuMatcher(
  config: ModelConfig,
  parameters: Parameters,
  device: MatchDevice,
  { precision = 'f32' }: WebgpuMatcherOptions = {},
): Promise<WebgpuMatcher> {
  try {
    assertParameters(config, parameters);
    return await makeMatcher(config, parameters, device, precision);
  } catch (thrown) {
    device.destroy();
    throw thrown;
  }
}

async function makeMatcher(
  config: ModelConfig,
  parameters: Parameters,
  device: MatchDevice,
  precision: Precision,
): Promise<WebgpuMatcher> {
  const sizes = dimensions(config);
  const memory = new GpuMemory(device.device);
  const imageMemory = new ImageMemory(memory, device.bindingBytes);
  const programs = createPrograms(device, sizes, precision);
  const kernels = await memory.upload(kernelWeights(imageKernels(parameters)), USAGE.storage);
  const dispatcher = await PairDispatcher.create(memory, programs, sizes, networkWeights(config, parameters));
  const setting = { config, dimensions: sizes, invocations: device.invocations, arena: device.arena };
  const scorer = { memory, dispatcher, pace: new Pace(), setting };
  /** For gathered images their chunks as they are now, so that no released one is used. */
  const owned = new WeakMap<PreparedImages, readonly ImageChunk[] | (() => readonly ImageChunk[])>();
  let disposed = false;

  function assertUsable(): void {
    if (disposed) throw new AppError('argument_invalid', 'the matcher was disposed of');
    const why = device.lost();
    if (why !== undefined) throw lost(why);
  }

  function chunksOf(prepared: PreparedImages): readonly ImageChunk[] {
    assertUsable();
    const chunks = owned.get(prepared);
    if (chunks !== undefined) return typeof chunks === 'function' ? chunks() : chunks;
    throw new AppError('argument_invalid', 'these images were prepared by another matcher, or disposed of', {
      hint: 'prepare them with the matcher that scores them',
    });
  }

  /** Counts the pairs that are compared, reports them, and throws if the images were disposed of meanwhile. */
  function pairCounter(prepared: PreparedImages, total: number, onProgress: WorkOptions['onProgress']) {
    let done = 0;
    return (pairs: number): void => {
      done += pairs;
      onProgress?.(done, total);
      chunksOf(prepared);
    };
  }

  /** Runs work on the device; if it ends early, says why. */
  async function onDevice<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (disposed) throw new AppError('cancelled', 'the matcher was disposed of', { cause: thrown });
      // The reason for a loss is known shortly after the work fails.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const why = device.lost();
      if (why !== undefined) throw lost(why, thrown);
      if (thrown instanceof AppError) throw thrown;
      throw new AppError('internal', `WebGPU: ${text(thrown)}`, { cause: thrown });
    }
  }

  async function withCaptions<T>(
    captions: readonly CaptionGraph[],
    span: { readonly start: number; readonly end: number },
    lengths: readonly number[],
    work: (set: CaptionSet) => Promise<T>,
  ): Promise<T> {
    const set = await writeCaptions(memory, programs, captions, lengths, span, setting);
    try {
      return await work(set);
    } finally {
      freeCaptions(memory, set);
    }
  }

  return {
    backend: 'webgpu',
    adapter: device.adapter,

    get usedBytes() {
      return memory.usedBytes - imageMemory.freeBytes;
    },

    prepareImages: async (images) => {
      assertUsable();
      const regions = images.map((image, index) => regionCount(image, index, config));
      if (precision === 'f16') images.forEach(assertFloat16);
      const chunks: ImageChunk[] = [];
      const free = () => {
        for (const chunk of chunks.splice(0)) freeChunk(memory, imageMemory, chunk);
      };
      try {
        await onDevice(async () => {
          const options = { dimensions: sizes, precision, kernels, breathe: assertUsable };
          for (const span of chunkSpans(regions, sizes, precision, device.bindingBytes)) {
            chunks.push(await writeChunk(memory, imageMemory, programs, span, images, regions, options));
          }
        });
      } catch (thrown) {
        free();
        throw thrown;
      }
      const prepared: PreparedImages = {
        count: images.length,
        bytes: chunks.reduce((sum, chunk) => sum + chunkBytes(chunk), 0),
        dispose: () => {
          owned.delete(prepared);
          free();
        },
      };
      owned.set(prepared, chunks);
      return prepared;
    },

    gather: (batches) => {
      const chunks = () => renumbered(batches.flatMap(chunksOf));
      chunks();
      const gathered: PreparedImages = {
        count: batches.reduce((sum, { count }) => sum + count, 0),
        bytes: 0,
        dispose: () => void owned.delete(gathered),
      };
      owned.set(gathered, chunks);
      return gathered;
    },

    score: async (prepared, captions, indices, { signal, onProgress } = {}) => {
      const chunks = chunksOf(prepared);
      const lengths = captionLengths(captions, config);
      const rows = await onDevice(async () =>
        indices === undefined ? allRows(memory, chunks) : someRows(memory, chunks, indices),
      );
      try {
        const count = indices?.length ?? prepared.count;
        const scores = emptyScores(count, captions.length);
        const onPairs = pairCounter(prepared, count * captions.length, onProgress);
        for (const span of captionSpans(lengths, sizes)) {
          await onDevice(() =>
            withCaptions(captions, span, lengths, (set) =>
              scorePairs(scorer, allPairs(rows.rows, set, scores, setting), set, { signal, onPairs }),
            ),
          );
        }
        return scores;
      } finally {
        rows.free();
      }
    },

    scoreLists: async (prepared, lists, { signal, onProgress } = {}) => {
      const chunks = chunksOf(prepared);
      const captions = lists.map(({ caption }) => caption);
      const lengths = captionLengths(captions, config);
      const scores = lists.map(({ indices }) => emptyScores(indices.length, 1));
      const total = lists.reduce((sum, { indices }) => sum + indices.length, 0);
      const onPairs = pairCounter(prepared, total, onProgress);
      for (const span of captionSpans(lengths, sizes)) {
        await onDevice(() =>
          withCaptions(captions, span, lengths, async (set) => {
            const { blocks, free } = await listedPairs(memory, chunks, set, lists, scores, setting);
            try {
              await scorePairs(scorer, blocks, set, { signal, onPairs });
            } finally {
              free();
            }
          }),
        );
      }
      return scores;
    },

    best: async (prepared, caption, count, options = {}) => {
      const chunks = chunksOf(prepared);
      if (!(Number.isInteger(count) && count >= 1 && count <= MOST_BEST)) {
        throw new AppError(
          'argument_invalid',
          `${count} best images were requested, expected 1 to ${MOST_BEST}`,
        );
      }
      const lengths = captionLengths([caption], config);
      if (prepared.count === 0) return [];
      return onDevice(() =>
        withCaptions([caption], { start: 0, end: 1 }, lengths, (set) =>
          bestImages(scorer, programs, chunkRows(chunks), set, Math.min(count, prepared.count), options),
        ),
      );
    },

    evidenceOf: async (prepared, indices, caption, { signal } = {}) => {
      const chunks = chunksOf(prepared);
      const lengths = captionLengths([caption], config);
      const { rows, free } = await onDevice(() => someRows(memory, chunks, indices));
      try {
        return await onDevice(() =>
          withCaptions([caption], { start: 0, end: 1 }, lengths, (set) =>
            pairEvidence(scorer, rows, set, signal),
          ),
        );
      } finally {
        free();
      }
    },

    dispose: async () => {
      if (disposed) return;
      disposed = true;
      dispatcher.dispose();
      memory.free(kernels);
      device.destroy();
    },
  };
}

function lost(why: string, cause?: unknown): AppError {
  return new AppError('backend_unavailable', `the GPU was lost: ${why}`, {
    hint: 'make the engines again, or choose another backend',
    cause,
  });
}
