import { AppError } from '../../../shared/errors/index.ts';
import { instantiateKernel, type ScanKernel } from './kernel.ts';

/** Rows of a block; the kernel scans one block in each call. */
export const BLOCK = 256;
const PAGE = 65_536;
const MAX_BYTES = 2 ** 30;

/** Rows that fit in a segment of `stride` (padded) dimensions: whole blocks, at least one. */
export function segmentRows(stride: number): number {
  return Math.max(1, Math.floor(MAX_BYTES / (BLOCK * stride * 5))) * BLOCK;
}

/**
 * Vectors in the memory of one kernel instance, which grows a block at a time and never moves:
 * `query int16 [stride] | query float64 [stride] | products int32 [BLOCK] | blocks`, and a block is
 * `int8 [BLOCK, stride] | float32 [BLOCK, stride]`.
 */
export class Segment {
  readonly kernel: ScanKernel;
  readonly stride: number;
  readonly querySteps: number;
  readonly queryExact: number;
  readonly products: number;
  readonly #base: number;
  readonly #blockBytes: number;
  #blocks = 0;
  #bytes: ArrayBuffer;

  constructor(module: WebAssembly.Module, stride: number) {
    this.kernel = instantiateKernel(module);
    this.stride = stride;
    this.#bytes = this.kernel.memory.buffer;
    // The compiler keeps its few constants in the first page.
    this.querySteps = PAGE;
    this.queryExact = this.querySteps + 2 * stride;
    this.products = this.queryExact + 8 * stride;
    this.#base = this.products + 4 * BLOCK;
    this.#blockBytes = BLOCK * stride * 5;
    this.#growTo(this.#base);
  }

  /** Reserves memory for `rows` rows. Throws `memory_exhausted`, and then keeps what it had. */
  reserve(rows: number): void {
    const blocks = Math.ceil(rows / BLOCK);
    if (blocks <= this.#blocks) return;
    this.#growTo(this.#base + blocks * this.#blockBytes);
    this.#blocks = blocks;
  }

  #growTo(bytes: number): void {
    const missing = bytes - this.kernel.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.kernel.memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        throw new AppError('memory_exhausted', `no memory for ${bytes} bytes of vectors`, {
          hint: 'Delete collections that are not used any more, or give the machine more memory.',
          cause,
        });
      }
    }
    this.#bytes = this.kernel.memory.buffer;
  }

  /** Address of the int8 steps of a row; the rows of a block are consecutive. */
  stepsAt(row: number): number {
    return this.#base + Math.floor(row / BLOCK) * this.#blockBytes + (row % BLOCK) * this.stride;
  }

  /** Address of a row's float32 values. */
  valuesAt(row: number): number {
    const block = this.#base + Math.floor(row / BLOCK) * this.#blockBytes;
    return block + BLOCK * this.stride + (row % BLOCK) * 4 * this.stride;
  }

  /** The row's int8 steps, valid until the segment grows. */
  steps(row: number): Int8Array {
    return new Int8Array(this.#bytes, this.stepsAt(row), this.stride);
  }

  /** The row's float32 values, valid until the segment grows. */
  values(row: number): Float32Array {
    return new Float32Array(this.#bytes, this.valuesAt(row), this.stride);
  }

  /** Passes a query to the kernel; returns the view in which `scan` leaves the products of a block. */
  setQuery(steps: Int16Array, exact: Float64Array): Int32Array {
    new Int16Array(this.#bytes, this.querySteps, this.stride).set(steps);
    new Float64Array(this.#bytes, this.queryExact, this.stride).set(exact);
    return new Int32Array(this.#bytes, this.products, BLOCK);
  }
}
