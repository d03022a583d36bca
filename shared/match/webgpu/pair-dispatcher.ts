import type { CaptionSet } from './caption-set.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import type { ImageChunk } from './image-chunks.ts';
import type { CaptionRun } from './pair-runs.ts';
import type { Programs } from './programs.ts';
import { type PairRange, packWork, WORK_BYTES } from './work-fields.ts';

/** Maximum bytes of scratch of one dispatch; pairs that fit in workgroup memory need none. */
const SCRATCH_BYTES = 2 ** 27;

/** Workgroups of a dispatch in one dimension. */
const MOST_WORKGROUPS = 65_535;

/** Images of a chunk: all, or those of a separate table. */
export interface ChunkRows {
  readonly chunk: ImageChunk;
  readonly table: GPUBuffer;
  readonly count: number;
  /** The most regions of an image. */
  readonly regions: number;
}

/** Dispatches pairs on the device. */
export class PairDispatcher {
  readonly #memory: GpuMemory;
  readonly #programs: Programs;
  readonly #network: GPUBuffer;
  readonly #work: GPUBuffer;
  #scratch: GPUBuffer | undefined;

  private constructor(memory: GpuMemory, programs: Programs, network: GPUBuffer, work: GPUBuffer) {
    this.#memory = memory;
    this.#programs = programs;
    this.#network = network;
    this.#work = work;
  }

  /** @throws AppError `memory_exhausted` */
  static async create(
    memory: GpuMemory,
    programs: Programs,
    weights: Float32Array<ArrayBuffer>,
  ): Promise<PairDispatcher> {
    const network = await memory.upload(weights, USAGE.storage);
    const work = await memory.allocate(WORK_BYTES, USAGE.uniform | USAGE.copyTarget);
    return new PairDispatcher(memory, programs, network, work);
  }

  /** The most pairs of one dispatch. */
  limit({ placement }: CaptionRun): number {
    return placement.scratch === 0
      ? Infinity
      : Math.max(1, Math.floor(SCRATCH_BYTES / (4 * placement.scratch)));
  }

  /** Prepares what pairs of the group need, so that they can then be dispatched without waiting. */
  async prepare({ placement }: CaptionRun, pairs: number): Promise<GPUComputePipeline> {
    const bytes = 4 * placement.scratch * pairs;
    if (bytes > (this.#scratch?.size ?? 0)) {
      const fresh = await this.#memory.allocate(bytes, USAGE.storage);
      // Another request may have allocated more meanwhile.
      const kept = bytes > (this.#scratch?.size ?? 0);
      const freed = kept ? this.#scratch : fresh;
      if (kept) this.#scratch = fresh;
      if (freed !== undefined) this.#memory.free(freed);
    }
    return this.#programs.match(placement);
  }

  /**
   * Dispatches pairs on the device, and copies the results to `target` if given.
   * @param scores of all pairs from `range.output` on, two each
   */
  dispatch(
    pipeline: GPUComputePipeline,
    { table, chunk }: Pick<ChunkRows, 'table' | 'chunk'>,
    captions: CaptionSet,
    { placement }: CaptionRun,
    range: PairRange,
    scores: GPUBuffer,
    target?: { readonly buffer: GPUBuffer; readonly bytes: number },
  ): void {
    const { device } = this.#memory;
    device.queue.writeBuffer(this.#work, 0, packWork(range, placement));
    const buffers = [
      this.#work,
      this.#network,
      table,
      chunk.cells,
      chunk.layouts,
      captions.table,
      captions.cells,
      scores,
      ...(placement.spilled > 0 && this.#scratch !== undefined ? [this.#scratch] : []),
    ];
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    pass.dispatchWorkgroups(Math.min(range.count, MOST_WORKGROUPS), Math.ceil(range.count / MOST_WORKGROUPS));
    pass.end();
    if (target !== undefined) encoder.copyBufferToBuffer(scores, 0, target.buffer, 0, target.bytes);
    device.queue.submit([encoder.finish()]);
  }

  dispose(): void {
    for (const buffer of [this.#network, this.#work, this.#scratch]) {
      if (buffer !== undefined) this.#memory.free(buffer);
    }
    this.#scratch = undefined;
  }
}
