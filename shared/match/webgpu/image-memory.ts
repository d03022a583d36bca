import { AppError } from '../../errors/index.ts';
import { type GpuMemory, USAGE } from './gpu-memory.ts';

/** Bytes of the smallest buffer for images. Later ones are as large as all before them, so there are few. */
const LEAST_BYTES = 2 ** 24;

const QUAD_BYTES = 16;

/** A buffer for images that are prepared at different times, so that one dispatch can read them. */
export interface ImageBuffer {
  readonly buffer: GPUBuffer;
  /** Free parts in order, none beside another. */
  readonly free: { first: number; quads: number }[];
}

/** A part of a buffer, in quads. */
export interface Extent {
  readonly within: ImageBuffer;
  readonly first: number;
  readonly quads: number;
}

/** Divides large buffers among images. A service prepares images one by one; in a buffer each they would need a dispatch each. */
export class ImageMemory {
  readonly #memory: GpuMemory;
  readonly #most: number;
  readonly #buffers = new Set<ImageBuffer>();

  /** @param most maximum bytes of a buffer */
  constructor(memory: GpuMemory, most: number) {
    this.#memory = memory;
    this.#most = most;
  }

  /** Bytes of its buffers that hold no images. */
  get freeBytes(): number {
    let quads = 0;
    for (const { free } of this.#buffers) for (const part of free) quads += part.quads;
    return QUAD_BYTES * quads;
  }

  /**
   * Space of a number of quads in one buffer; what it holds is undefined.
   * @throws AppError `memory_exhausted`
   */
  async allocate(quads: number): Promise<Extent> {
    for (const within of this.#buffers) {
      const part = within.free.find((one) => one.quads >= quads);
      if (part === undefined) continue;
      const { first } = part;
      part.first += quads;
      part.quads -= quads;
      if (part.quads === 0) within.free.splice(within.free.indexOf(part), 1);
      return { within, first, quads };
    }
    const within = await this.#create(quads);
    const { size } = within.buffer;
    if (size > QUAD_BYTES * quads)
      within.free.push({ first: quads, quads: Math.floor(size / QUAD_BYTES) - quads });
    this.#buffers.add(within);
    return { within, first: 0, quads };
  }

  async #create(quads: number): Promise<ImageBuffer> {
    const held = [...this.#buffers].reduce((sum, { buffer }) => sum + buffer.size, 0);
    const needed = QUAD_BYTES * quads;
    const wanted = Math.max(needed, Math.min(this.#most, Math.max(LEAST_BYTES, held)));
    const bytes = QUAD_BYTES * Math.floor(wanted / QUAD_BYTES);
    const buffer = await this.#memory.allocate(bytes, USAGE.storage).catch((thrown: unknown) => {
      const full = thrown instanceof AppError && thrown.code === 'memory_exhausted';
      if (!full || bytes === needed) throw thrown;
      return this.#memory.allocate(needed, USAGE.storage);
    });
    return { buffer, free: [] };
  }

  /** Gives space back; a buffer without images is freed. */
  release({ within, first, quads }: Extent): void {
    const { free, buffer } = within;
    const next = free.findIndex((part) => part.first > first);
    free.splice(next < 0 ? free.length : next, 0, { first, quads });
    for (let index = free.length - 1; index > 0; index--) {
      const [part, before] = [free[index], free[index - 1]];
      if (part === undefined || before === undefined || before.first + before.quads !== part.first) continue;
      before.quads += part.quads;
      free.splice(index, 1);
    }
    if (free[0]?.quads !== Math.floor(buffer.size / QUAD_BYTES)) return;
    this.#buffers.delete(within);
    this.#memory.free(buffer);
  }
}
