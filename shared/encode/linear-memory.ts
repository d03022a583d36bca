import { AppError } from '../errors/index.ts';

const PAGE = 65_536;
const LARGEST_PAGES = 65_536;
const LINE = 64;
/** Addresses below are not used. */
const FIRST = 1024;

/**
 * The memory of one network: permanent pieces, and behind them one piece of scratch, whose contents are lost with the
 * next one. Views are valid until more memory is requested.
 */
export class LinearMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: LARGEST_PAGES });
  #end = FIRST;

  /**
   * Address of a permanent piece of that size in bytes. They are 0 if no scratch was requested before.
   * @throws AppError `memory_exhausted`
   */
  take(bytes: number): number {
    const address = this.scratch(bytes);
    this.#end += LINE * Math.ceil(bytes / LINE);
    return address;
  }

  /**
   * Address of a piece of that size in bytes, valid until more permanent memory or other scratch is requested. Their contents are
   * undefined.
   * @throws AppError `memory_exhausted`
   */
  scratch(bytes: number): number {
    const missing = Math.ceil((this.#end + bytes - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch (cause) {
        const megabytes = Math.ceil((this.#end + bytes) / 2 ** 20);
        throw new AppError('memory_exhausted', `the kernel cannot grow its memory to ${megabytes} MiB`, {
          hint: 'give the machine more memory, or use shorter sentences',
          cause,
        });
      }
    }
    return this.#end;
  }

  /**
   * Scratch in several parts, each of a number of 4-byte values.
   * @throws AppError `memory_exhausted`
   */
  scratchParts<Name extends string>(sizes: Readonly<Record<Name, number>>): Record<Name, number> {
    const parts = Object.entries<number>(sizes);
    const bytes = (numbers: number) => LINE * Math.ceil((4 * numbers) / LINE);
    let at = this.scratch(parts.reduce((sum, [, numbers]) => sum + bytes(numbers), 0));
    return Object.fromEntries(
      parts.map(([name, numbers]) => {
        const address = at;
        at += bytes(numbers);
        return [name, address];
      }),
    ) as Record<Name, number>;
  }

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  integers(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count);
  }
}
