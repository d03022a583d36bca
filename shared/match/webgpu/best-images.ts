import { assertNotAborted, type WorkOptions } from '../../model/index.ts';
import type { CaptionSet } from './caption-set.ts';
import { guarded } from './gpu-errors.ts';
import { readBuffer, USAGE } from './gpu-memory.ts';
import { captionRuns } from './pair-runs.ts';
import { type ImageRows, submissions } from './pair-steps.ts';
import type { Programs } from './programs.ts';
import type { Scorer } from './score-pairs.ts';
import type { ChunkRows } from './selected-rows.ts';
import { SELECT_DIGITS, SELECT_INVOCATIONS, SELECT_STATE_LENGTH } from './shaders/select.ts';

/** An image that is among the best for a caption. */
export interface BestImage {
  readonly index: number;
  readonly imageToText: number;
  readonly textToImage: number;
}

/** Workgroups of the selecting shaders: enough to fill a device, with many scores each. */
const WORKGROUPS = 256;

/**
 * Scores all images with the one caption of a set and finds the best on the device; only these are read back.
 * @throws AppError `cancelled`, `memory_exhausted`, `internal`
 */
export async function bestImages(
  scorer: Scorer,
  programs: Programs,
  images: readonly ChunkRows[],
  caption: CaptionSet,
  wanted: number,
  { signal, onProgress }: WorkOptions,
): Promise<BestImage[]> {
  const { memory } = scorer;
  const total = images.reduce((sum, { count }) => sum + count, 0);
  const scores = await memory.allocate(8 * total, USAGE.storage);
  try {
    let done = 0;
    await scoreAll(scorer, images, caption, scores, (count) => {
      done += count;
      onProgress?.(done, total);
      assertNotAborted(signal);
    });
    const found = await select(scorer, programs, scores, total, wanted);
    return found.sort((a, b) => score(b) - score(a) || a.index - b.index);
  } finally {
    memory.free(scores);
  }
}

/** The sum by which the device orders images. */
function score({ imageToText, textToImage }: BestImage): number {
  return Math.fround(imageToText + textToImage);
}

/** Scores all images into a buffer that stays on the device; the next submission is sent while one is computed. */
async function scoreAll(
  { memory, dispatcher, pace, setting }: Scorer,
  images: readonly ChunkRows[],
  caption: CaptionSet,
  scores: GPUBuffer,
  onPairs: (count: number) => void,
): Promise<void> {
  let underWay: Promise<void> = Promise.resolve();
  try {
    const blocks = images.flatMap((rows) =>
      captionRuns(caption.order, rows.regions, setting).map((run) => ({ rows, run, place: () => {} })),
    );
    const firsts = new Map<ImageRows, number>(images.map((rows) => [rows, rows.first]));
    for (const { steps, pairs, multiplyAdds } of submissions(pace, blocks)) {
      const prepared = await dispatcher.prepare(
        steps.map((step) => ({
          ...step,
          output: (firsts.get(step.block.rows) ?? 0) + step.first,
        })),
      );
      const began = performance.now();
      const next = guarded(memory.device, `scores of ${pairs} images`, () => {
        dispatcher.dispatch(prepared, caption, scores);
        return memory.device.queue.onSubmittedWorkDone();
      }).then(() => {
        pace.took(performance.now() - began, multiplyAdds);
        onPairs(pairs);
      });
      // It is awaited later; until then it must not count as unhandled.
      next.catch(() => {});
      const before = underWay;
      underWay = next;
      await before;
    }
    await underWay;
  } finally {
    await Promise.allSettled([underWay]);
  }
}

async function select(
  { memory }: Scorer,
  programs: Programs,
  scores: GPUBuffer,
  total: number,
  wanted: number,
): Promise<BestImage[]> {
  const names = ['count', 'choose', 'gather'] as const;
  const [count, choose, gather] = await Promise.all(names.map((name) => programs.select(name)));
  const bytes = 12 * wanted;
  const buffers: GPUBuffer[] = [];
  const keep = (buffer: GPUBuffer) => {
    buffers.push(buffer);
    return buffer;
  };
  try {
    const state = new Uint32Array(SELECT_STATE_LENGTH);
    state.set([total, wanted]);
    const [held, found, read] = [
      keep(await memory.upload(state, USAGE.storage)),
      keep(await memory.allocate(bytes, USAGE.storage | USAGE.copySource)),
      keep(await memory.allocate(bytes, USAGE.mapRead | USAGE.copyTarget)),
    ];
    const words = await guarded(memory.device, `the best of ${total} images`, () => {
      const encoder = memory.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      const run = (pipeline: GPUComputePipeline | undefined, workgroups: number, ...used: number[]) => {
        if (pipeline === undefined) return;
        const all = [scores, held, found] as const;
        const entries = used.map((binding) => ({
          binding,
          resource: { buffer: all[binding] as GPUBuffer },
        }));
        pass.setPipeline(pipeline);
        pass.setBindGroup(
          0,
          memory.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
        );
        pass.dispatchWorkgroups(workgroups);
      };
      const workgroups = Math.min(WORKGROUPS, Math.ceil(total / SELECT_INVOCATIONS));
      for (let digit = 0; digit < SELECT_DIGITS; digit++) {
        run(count, workgroups, 0, 1);
        run(choose, 1, 1);
      }
      run(gather, workgroups, 0, 1, 2);
      pass.end();
      encoder.copyBufferToBuffer(found, 0, read, 0, bytes);
      memory.device.queue.submit([encoder.finish()]);
      return readBuffer(read, bytes);
    });
    return readFound(words, wanted);
  } finally {
    for (const buffer of buffers) memory.free(buffer);
  }
}

function readFound(words: ArrayBuffer, count: number): BestImage[] {
  const [numbers, floats] = [new Uint32Array(words), new Float32Array(words)];
  return Array.from({ length: count }, (_, index) => ({
    index: numbers[3 * index] as number,
    imageToText: floats[3 * index + 1] as number,
    textToImage: floats[3 * index + 2] as number,
  }));
}
