import type { CaptionSet } from './caption-set.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';
import type { Dimensions } from './layouts.ts';
import { addTiles, MOST_STEPS, type PairStep, TILE_BYTES, tileWidth } from './pair-steps.ts';
import type { Programs } from './programs.ts';
import { blocksAtOnce } from './shaders/products.ts';
import { packWork, WORK_BYTES } from './work-fields.ts';

/** What is ready for the device. */
interface PreparedSteps {
  readonly dispatches: readonly PreparedStep[];
  readonly tiles: Uint32Array<ArrayBuffer>;
}

interface PreparedStep {
  readonly step: PairStep;
  readonly products: GPUComputePipeline;
  readonly match: GPUComputePipeline;
  /** The first of its tiles, and their number. */
  readonly tile: number;
  readonly tiles: number;
}

/** Dispatches pairs on the device: for each step the tiles of its block products, then a workgroup for each pair. */
export class PairDispatcher {
  readonly #memory: GpuMemory;
  readonly #programs: Programs;
  readonly #dimensions: Dimensions;
  readonly #network: GPUBuffer;
  readonly #work: GPUBuffer;
  #scratch: GPUBuffer | undefined;
  #tiles: GPUBuffer | undefined;

  private constructor(
    memory: GpuMemory,
    programs: Programs,
    dimensions: Dimensions,
    network: GPUBuffer,
    work: GPUBuffer,
  ) {
    this.#memory = memory;
    this.#programs = programs;
    this.#dimensions = dimensions;
    this.#network = network;
    this.#work = work;
  }

  /** @throws AppError `memory_exhausted` */
  static async create(
    memory: GpuMemory,
    programs: Programs,
    dimensions: Dimensions,
    weights: Float32Array<ArrayBuffer>,
  ): Promise<PairDispatcher> {
    const network = await memory.upload(weights, USAGE.storage);
    const work = await memory.allocate(WORK_BYTES * MOST_STEPS, USAGE.uniform | USAGE.copyTarget);
    return new PairDispatcher(memory, programs, dimensions, network, work);
  }

  /** Prepares what steps need, so that they can then be dispatched without waiting. */
  async prepare(steps: readonly PairStep[]): Promise<PreparedSteps> {
    const tiles: number[] = [];
    const dispatches: PreparedStep[] = [];
    let scratch = 0;
    for (const step of steps) {
      const { placement } = step.block.run;
      const width = tileWidth(step);
      const tile = tiles.length / (TILE_BYTES / 4);
      addTiles(tiles, step, width);
      dispatches.push({
        step,
        products: await this.#programs.products(width),
        match: await this.#programs.match(placement),
        tile,
        tiles: tiles.length / (TILE_BYTES / 4) - tile,
      });
      scratch = Math.max(scratch, 16 * placement.scratch * step.count);
    }
    this.#scratch = await this.#grown(() => this.#scratch, scratch, USAGE.storage);
    this.#tiles = await this.#grown(() => this.#tiles, 4 * tiles.length, USAGE.storage | USAGE.copyTarget);
    return { dispatches, tiles: Uint32Array.from(tiles) };
  }

  /** The current buffer if it is large enough, else a new one; other requests may replace it meanwhile. */
  async #grown(current: () => GPUBuffer | undefined, bytes: number, usage: number): Promise<GPUBuffer> {
    const before = current();
    if (before !== undefined && before.size >= bytes) return before;
    const fresh = await this.#memory.allocate(bytes, usage);
    const now = current();
    const kept = now !== undefined && now.size >= bytes;
    const freed = kept ? fresh : now;
    if (freed !== undefined) this.#memory.free(freed);
    return kept ? now : fresh;
  }

  /**
   * Dispatches steps on the device, and copies the results to `target` if given.
   * @param scores of all pairs from each step's `output` on, two each
   * @param evidence floats of evidence of each pair, 0 if not requested
   */
  dispatch(
    { dispatches, tiles }: PreparedSteps,
    captions: CaptionSet,
    scores: GPUBuffer,
    target?: { readonly buffer: GPUBuffer; readonly bytes: number },
    evidence = 0,
  ): void {
    const { device } = this.#memory;
    if (this.#tiles === undefined || this.#scratch === undefined) return;
    const works = new Uint32Array((WORK_BYTES / 4) * dispatches.length);
    for (const [index, { step, tile }] of dispatches.entries()) {
      const { rows, run } = step.block;
      const { first, count, output } = step;
      const range = { first, count, output, evidence, tile, caption: run.caption, captions: run.captions };
      const most = { regions: rows.regions, words: run.words };
      works.set(packWork(range, most, run.placement), (WORK_BYTES / 4) * index);
    }
    device.queue.writeBuffer(this.#work, 0, works);
    device.queue.writeBuffer(this.#tiles, 0, tiles);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [index, { step, products, match, tiles: count }] of dispatches.entries()) {
      const { table, images } = step.block.rows;
      const work = { buffer: this.#work, offset: WORK_BYTES * index, size: WORK_BYTES };
      const run = (
        pipeline: GPUComputePipeline,
        buffers: readonly GPUBuffer[],
        workgroups: readonly [number, number?],
      ) => {
        const resources = [work, ...buffers.map((buffer) => ({ buffer }))];
        pass.setPipeline(pipeline);
        pass.setBindGroup(
          0,
          device.createBindGroup({
            layout: pipeline.getBindGroupLayout(0),
            entries: resources.map((resource, binding) => ({ binding, resource })),
          }),
        );
        pass.dispatchWorkgroups(...workgroups);
      };
      const blocks = Math.ceil(this.#dimensions.blocks / blocksAtOnce(this.#dimensions));
      const { table: captionTable, cells } = captions;
      run(products, [this.#tiles, table, images, captionTable, cells, this.#scratch], [count, blocks]);
      run(
        match,
        [this.#network, table, images, images, captionTable, cells, scores, this.#scratch],
        [step.count],
      );
    }
    pass.end();
    if (target !== undefined) encoder.copyBufferToBuffer(scores, 0, target.buffer, 0, target.bytes);
    device.queue.submit([encoder.finish()]);
  }

  dispose(): void {
    for (const buffer of [this.#network, this.#work, this.#scratch, this.#tiles]) {
      if (buffer !== undefined) this.#memory.free(buffer);
    }
    this.#scratch = undefined;
    this.#tiles = undefined;
  }
}
