import type { SparseVector } from '../../../shared/model/sparse-vector.ts';

/** Which vectors have an index: their slots, the revision of each when it was added, and their values there. */
class Postings {
  slots = new Int32Array(4);
  revisions = new Uint32Array(4);
  values = new Float32Array(4);
  length = 0;
  /** Of these, those whose vectors are still there. */
  live = 0;

  add(slot: number, revision: number, value: number): void {
    if (this.length === this.slots.length) {
      const room = 2 * this.length;
      this.slots = enlarged(this.slots, new Int32Array(room));
      this.revisions = enlarged(this.revisions, new Uint32Array(room));
      this.values = enlarged(this.values, new Float32Array(room));
    }
    this.slots[this.length] = slot;
    this.revisions[this.length] = revision;
    this.values[this.length] = value;
    this.length++;
    this.live++;
  }

  /** Drops the entries of vectors that are gone. */
  compact(revisionOf: Uint32Array): void {
    let kept = 0;
    for (let at = 0; at < this.length; at++) {
      const slot = this.slots[at] as number;
      if (this.revisions[at] !== revisionOf[slot]) continue;
      this.slots[kept] = slot;
      this.revisions[kept] = this.revisions[at] as number;
      this.values[kept] = this.values[at] as number;
      kept++;
    }
    this.length = kept;
  }
}

/** How values of a query change by how many vectors have their index: not at all, or by inverse document frequency. */
export type SparseModifier = 'none' | 'idf';

/**
 * All sparse vectors of one name of a collection, by the slots of the points, with an inverted index. What a vector leaves behind in it
 * when it goes is told by its revision, and dropped once it is the larger part of a list.
 */
export class SparseSet {
  readonly modifier: SparseModifier;
  readonly #vectors: (SparseVector | undefined)[] = [];
  readonly #postings = new Map<number, Postings>();
  /** By slot: raised whenever its vector goes. */
  #revisions = new Uint32Array(0);
  #count = 0;

  constructor(modifier: SparseModifier) {
    this.modifier = modifier;
  }

  /** Points that have such a vector. */
  get count(): number {
    return this.#count;
  }

  /** Slots in use are below this. */
  get end(): number {
    return this.#vectors.length;
  }

  /** Reserves memory for the slots below `slots`. */
  reserve(slots: number): void {
    if (slots <= this.#revisions.length) return;
    this.#revisions = enlarged(
      this.#revisions,
      new Uint32Array(Math.max(slots, 2 * this.#revisions.length, 1024)),
    );
  }

  /** Stores a vector. The slot was reserved. */
  set(slot: number, vector: SparseVector): void {
    this.clear(slot);
    this.#vectors[slot] = vector;
    this.#count++;
    const revision = this.#revisions[slot] as number;
    for (const [at, index] of vector.indices.entries()) {
      let postings = this.#postings.get(index);
      if (postings === undefined) {
        postings = new Postings();
        this.#postings.set(index, postings);
      }
      postings.add(slot, revision, vector.values[at] as number);
    }
  }

  clear(slot: number): void {
    const vector = this.#vectors[slot];
    if (vector === undefined) return;
    this.#vectors[slot] = undefined;
    this.#revisions[slot] = (this.#revisions[slot] as number) + 1;
    this.#count--;
    for (const index of vector.indices) {
      const postings = this.#postings.get(index);
      if (postings === undefined) continue;
      postings.live--;
      if (postings.live === 0) this.#postings.delete(index);
      else if (2 * postings.live < postings.length) postings.compact(this.#revisions);
    }
  }

  has(slot: number): boolean {
    return this.#vectors[slot] !== undefined;
  }

  get(slot: number): SparseVector | undefined {
    return this.#vectors[slot];
  }

  /** The slots that have an index, with their values there. */
  *having(index: number): Generator<readonly [slot: number, value: number]> {
    const postings = this.#postings.get(index);
    if (postings === undefined) return;
    for (let at = 0; at < postings.length; at++) {
      const slot = postings.slots[at] as number;
      if (postings.revisions[at] === this.#revisions[slot]) yield [slot, postings.values[at] as number];
    }
  }

  /** How much an index of a query counts: 1, or with the modifier `idf` as Qdrant computes it. */
  weightOf(index: number): number {
    if (this.modifier === 'none') return 1;
    const having = this.#postings.get(index)?.live ?? 0;
    return Math.log((this.#count - having + 0.5) / (having + 0.5) + 1);
  }
}

function enlarged<T extends Int32Array | Uint32Array | Float32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
