import type { Distance } from './distance.ts';
import { HnswIndex } from './hnsw-index.ts';
import { quantise } from './quantise.ts';
import { Segment, segmentRows } from './segment.ts';

const LEVELS = 127;

/** From which size a set has an HNSW index, and who is told of its faults. */
export interface HnswOptions {
  /** Bytes of int8 steps that a scan may read; above, an HNSW index is kept. */
  readonly scanBytes: number;
  readonly onFault: (error: unknown) => void;
}

/** All vectors of one name of a collection, by the slots of the points: float32 as written, and int8 steps for the first scan. */
export class VectorSet {
  readonly dimensions: number;
  readonly distance: Distance;
  /** Dimensions padded with zeros to a multiple of what the kernel reads at once. */
  readonly stride: number;
  readonly rowsPerSegment: number;
  readonly segments: Segment[] = [];
  /** By slot: whether there is a vector, the scale of its steps, the length of the rounding error, its length. */
  present = new Uint8Array(0);
  scales = new Float64Array(0);
  errors = new Float64Array(0);
  norms = new Float64Array(0);
  /** Slots in use are below this. */
  end = 0;
  count = 0;
  /** Finds candidates if a scan would take too long. */
  hnsw: HnswIndex | undefined;
  readonly #module: WebAssembly.Module;
  readonly #hnswOptions: HnswOptions;

  constructor(module: WebAssembly.Module, dimensions: number, distance: Distance, hnsw: HnswOptions) {
    this.#module = module;
    this.#hnswOptions = hnsw;
    this.dimensions = dimensions;
    this.distance = distance;
    this.stride = Math.ceil(dimensions / 16) * 16;
    this.rowsPerSegment = segmentRows(this.stride);
  }

  /** Reserves memory for the slots below `slots`, so that `set` cannot fail. Throws `memory_exhausted`. */
  reserve(slots: number): void {
    for (let first = 0, index = 0; first < slots; first += this.rowsPerSegment, index++) {
      const segment = this.segments[index] ?? new Segment(this.#module, this.stride);
      segment.reserve(Math.min(this.rowsPerSegment, slots - first));
      this.segments[index] = segment;
    }
    if (slots <= this.present.length) return;
    const room = Math.max(slots, 2 * this.present.length, 1024);
    this.scales = enlarged(this.scales, new Float64Array(room));
    this.errors = enlarged(this.errors, new Float64Array(room));
    this.norms = enlarged(this.norms, new Float64Array(room));
    this.present = enlarged(this.present, new Uint8Array(room));
  }

  /** Stores a vector `[dimensions]` in its stored form. The slot was reserved. */
  set(slot: number, vector: Float32Array): void {
    const row = slot % this.rowsPerSegment;
    const segment = this.#segment(slot);
    segment.values(row).set(vector);
    const { scale, error, norm } = quantise(vector, LEVELS, segment.steps(row));
    this.scales[slot] = scale;
    this.errors[slot] = error;
    this.norms[slot] = norm;
    if (!this.has(slot)) this.count++;
    this.present[slot] = 1;
    this.end = Math.max(this.end, slot + 1);
    this.hnsw?.touch(slot);
    // usearch has no Manhattan distance.
    if (this.hnsw || this.distance === 'Manhattan') return;
    if (this.count * this.stride > this.#hnswOptions.scanBytes)
      this.hnsw = new HnswIndex(this, this.#hnswOptions.onFault);
  }

  clear(slot: number): void {
    if (!this.has(slot)) return;
    this.present[slot] = 0;
    this.count--;
    this.hnsw?.touch(slot);
  }

  has(slot: number): boolean {
    return this.present[slot] === 1;
  }

  /** A copy `[dimensions]`, or undefined if the point has no such vector. */
  get(slot: number): Float32Array | undefined {
    if (!this.has(slot)) return undefined;
    return this.#segment(slot)
      .values(slot % this.rowsPerSegment)
      .slice(0, this.dimensions);
  }

  #segment(slot: number): Segment {
    const segment = this.segments[Math.floor(slot / this.rowsPerSegment)];
    if (segment === undefined) throw new RangeError(`slot ${slot} was not reserved`);
    return segment;
  }
}

function enlarged<T extends Float64Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
