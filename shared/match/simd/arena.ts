import { AppError } from '../../errors/index.ts';

/** Blocks start at cache lines. */
const ALIGNMENT = 64;
const PAGE = 65_536;
/** Addresses below are not used: 0 means none, and the kernel's constants are there (`assembly/arithmetic.ts`). */
const FIRST = 1024;

interface Block {
  readonly start: number;
  readonly end: number;
}

/**
 * Allocates blocks of a WebAssembly memory. The memory grows when no hole is large enough; freed blocks are merged with
 * neighbouring holes and reused. Views of the memory are valid until the next allocation.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  /** Holes, sorted by address; no two touch. */
  readonly #holes: Block[] = [];
  readonly #taken = new Map<number, number>();
  #end = FIRST;
  #used = 0;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  /** Bytes in blocks that are not freed. */
  get usedBytes(): number {
    return this.#used;
  }

  /**
   * Address of a block; its contents are undefined.
   * @throws AppError `memory_exhausted`
   */
  allocate(bytes: number): number {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    const index = this.#holes.findIndex(({ start, end }) => end - start >= size);
    const hole = this.#holes[index];
    const start = hole?.start ?? this.#end;
    if (hole === undefined) {
      this.#grow(start + size);
      this.#end = start + size;
    } else {
      const rest = { start: start + size, end: hole.end };
      this.#holes.splice(index, 1, ...(rest.start < rest.end ? [rest] : []));
    }
    this.#taken.set(start, size);
    this.#used += size;
    return start;
  }

  /** Frees a block; 0 means none. */
  free(address: number): void {
    const size = this.#taken.get(address);
    if (size === undefined) return;
    this.#taken.delete(address);
    this.#used -= size;
    let [low, high] = [0, this.#holes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#holes[middle]?.start ?? 0) < address) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [this.#holes[low - 1], this.#holes[low]];
    const joinsBefore = before?.end === address;
    const joinsAfter = after?.start === address + size;
    this.#holes.splice(joinsBefore ? low - 1 : low, Number(joinsBefore) + Number(joinsAfter), {
      start: joinsBefore ? before.start : address,
      end: joinsAfter ? after.end : address + size,
    });
    const last = this.#holes.at(-1);
    if (last?.end === this.#end) {
      this.#end = last.start;
      this.#holes.pop();
    }
  }

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  integers(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count);
  }

  #grow(end: number): void {
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    // Growing by an eighth keeps the number of growths small.
    const ample = Math.max(missing, Math.ceil(this.memory.buffer.byteLength / PAGE / 8));
    for (const pages of [ample, missing]) {
      try {
        this.memory.grow(pages);
        return;
      } catch (cause) {
        if (pages > missing) continue;
        const gigabytes = (end / 2 ** 30).toFixed(2);
        throw new AppError('memory_exhausted', `the matcher cannot grow its memory to ${gigabytes} GiB`, {
          hint: 'it holds 4 GiB at most: prepare fewer images at once, or give the machine more memory',
          cause,
        });
      }
    }
  }
}
