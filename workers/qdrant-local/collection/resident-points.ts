import { compileFilter } from '../filter/compile.ts';
import type { PayloadPath } from '../payload/payload-path.ts';
import type { Slices } from '../scheduling/slices.ts';
import type { Payload } from '../schema/common.ts';
import type { Condition, Filter } from '../schema/filter.ts';
import { compareIds, type PointId } from '../schema/point-id.ts';
import type { StoredPoint } from '../storage/point-rows.ts';
import type { VectorNames } from '../storage/vector-bytes.ts';
import { isSparse } from '../vectors/any-vector.ts';
import { SparseSet } from '../vectors/sparse-set.ts';
import { type HnswOptions, VectorSet } from '../vectors/vector-set.ts';
import { PayloadIndex } from './payload-index.ts';

interface Resident {
  readonly key: number;
  readonly id: PointId;
  readonly version: number;
  readonly payload: Payload;
}

/** All points of a collection in memory, each in a slot; vectors in the kernels' memory, payloads as objects. */
export class ResidentPoints {
  readonly vectors: ReadonlyMap<string, VectorSet>;
  readonly sparse: ReadonlyMap<string, SparseSet>;
  readonly #slots = new Map<PointId, number>();
  readonly #points: (Resident | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #indexes = new Map<string, PayloadIndex>();
  #sorted: PointId[] | undefined;

  constructor(module: WebAssembly.Module, { vectors, sparse }: VectorNames, hnsw: HnswOptions) {
    this.vectors = new Map(
      [...vectors].map(([name, { size, distance }]) => [name, new VectorSet(module, size, distance, hnsw)]),
    );
    this.sparse = new Map([...sparse].map(([name, { modifier }]) => [name, new SparseSet(modifier)]));
  }

  /** Ends background work. */
  stop(): void {
    for (const set of this.vectors.values()) set.hnsw?.stop();
  }

  get count(): number {
    return this.#slots.size;
  }

  slotOf(id: PointId): number | undefined {
    return this.#slots.get(id);
  }

  at(slot: number): Resident {
    const point = this.#points[slot];
    if (point === undefined) throw new RangeError(`there is no point at slot ${slot}`);
    return point;
  }

  /** Reserves memory for this many more points, so that `put` cannot fail. */
  reserve(added: number): void {
    const slots = this.#points.length + Math.max(0, added - this.#free.length);
    for (const set of [...this.vectors.values(), ...this.sparse.values()]) set.reserve(slots);
  }

  /** Stores a point, replacing one with the same id. Vectors are in their stored form. */
  put({ vectors, ...resident }: StoredPoint): void {
    const slot = this.#place(resident);
    for (const [name, set] of this.vectors) {
      const vector = vectors.get(name);
      if (vector === undefined || isSparse(vector)) set.clear(slot);
      else set.set(slot, vector);
    }
    for (const [name, set] of this.sparse) {
      const vector = vectors.get(name);
      if (vector === undefined || !isSparse(vector)) set.clear(slot);
      else set.set(slot, vector);
    }
  }

  putPayload(id: PointId, version: number, payload: Payload): void {
    const slot = this.#slots.get(id);
    if (slot !== undefined) this.#place({ ...this.at(slot), version, payload });
  }

  #place(resident: Resident): number {
    const known = this.#slots.get(resident.id);
    const slot = known ?? this.#free.pop() ?? this.#points.length;
    const old = known === undefined ? undefined : this.at(known);
    for (const index of this.#indexes.values()) {
      if (old) index.remove(slot, old.payload);
      index.add(slot, resident.payload);
    }
    this.#points[slot] = resident;
    this.#slots.set(resident.id, slot);
    if (known === undefined && this.#sorted !== undefined) {
      const last = this.#sorted.at(-1);
      if (last === undefined || compareIds(last, resident.id) < 0) this.#sorted.push(resident.id);
      else this.#sorted = undefined;
    }
    return slot;
  }

  remove(id: PointId): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    for (const index of this.#indexes.values()) index.remove(slot, this.at(slot).payload);
    for (const set of [...this.vectors.values(), ...this.sparse.values()]) set.clear(slot);
    this.#points[slot] = undefined;
    this.#slots.delete(id);
    this.#free.push(slot);
    this.#sorted = undefined;
  }

  /** Slots of the points that pass the filter, by ascending ids from `offset` on. */
  async *inOrder(
    offset: PointId | undefined,
    filter: Filter | undefined,
    slices: Slices,
  ): AsyncGenerator<number> {
    const passes = filter === undefined ? () => true : this.#tester(filter);
    this.#sorted ??= [...this.#slots.keys()].sort(compareIds);
    const ids = this.#sorted;
    let low = 0;
    for (let high = ids.length; offset !== undefined && low < high; ) {
      const middle = (low + high) >> 1;
      if (compareIds(ids[middle] as PointId, offset) < 0) low = middle + 1;
      else high = middle;
    }
    for (; low < ids.length; low++) {
      if (slices.due) await slices.pause();
      const slot = this.#slots.get(ids[low] as PointId);
      if (slot !== undefined && passes(slot)) yield slot;
    }
  }

  /** Slots of the points that pass the filter. */
  async select(filter: Filter, slices: Slices): Promise<Int32Array> {
    const passes = this.#tester(filter);
    const candidates = this.#candidates(filter);
    const selected = new Int32Array(candidates?.size ?? this.count);
    let n = 0;
    for (const slot of candidates ?? this.#slots.values()) {
      if (slices.due) await slices.pause();
      if (passes(slot)) selected[n++] = slot;
    }
    return selected.subarray(0, n);
  }

  #tester(filter: Filter): (slot: number) => boolean {
    const passes = compileFilter(filter);
    return (slot) => {
      const { id, payload } = this.at(slot);
      return passes({
        id,
        payload,
        hasVector: (name) => (this.vectors.get(name) ?? this.sparse.get(name))?.has(slot) ?? false,
      });
    };
  }

  /** The smallest set of slots from an id list or an index that contains all points that pass the filter. */
  #candidates(filter: Filter): Set<number> | undefined {
    let best: Set<number> | undefined;
    for (const condition of filter.must) {
      const found = this.#named(condition);
      if (found !== undefined && (best === undefined || found.size < best.size)) best = found;
    }
    return best;
  }

  #named(condition: Condition): Set<number> | undefined {
    if (condition.kind === 'filter') return this.#candidates(condition.filter);
    if (condition.kind === 'ids') {
      const slots = [...condition.ids].map((id) => this.#slots.get(id));
      return new Set(slots.filter((slot) => slot !== undefined));
    }
    if (condition.kind !== 'field') return undefined;
    const index = this.#indexes.get(condition.path.text);
    const test = condition.tests.find(({ kind }) => kind === 'any');
    return index && test?.kind === 'any' ? index.lookup(test.values) : undefined;
  }

  addIndex(path: PayloadPath): void {
    if (this.#indexes.has(path.text)) return;
    const index = new PayloadIndex(path);
    for (const slot of this.#slots.values()) index.add(slot, this.at(slot).payload);
    this.#indexes.set(path.text, index);
  }

  removeIndex(field: string): void {
    this.#indexes.delete(field);
  }

  /** Points that an index covers. */
  indexed(field: string): number {
    return this.#indexes.get(field)?.points ?? 0;
  }
}
