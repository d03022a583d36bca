import type { Index } from 'usearch';
import { AppError } from '../../../shared/errors/index.ts';
import type { Distance } from './distance.ts';

/** Links of a node, and the number of candidates considered when a node is added and when the index is searched. */
const CONNECTIVITY = 32;
const EXPANSION = 128;
/** Milliseconds of adding nodes before requests are handled. */
const TURN = 5;
/** Above this share of points that are not in the index yet, scanning all points is faster than index and rest together. */
const MOST_PENDING = 1 / 16;

/** The vectors of the index, by the slots of their points. */
export interface IndexedVectors {
  readonly dimensions: number;
  readonly distance: Distance;
  /** Existing vectors. */
  readonly count: number;
  /** Every slot is below it. */
  readonly end: number;
  has(slot: number): boolean;
  get(slot: number): Float32Array | undefined;
}

/**
 * A navigable small-world index (HNSW, arXiv 1603.09320; usearch) of the vectors of a set, in memory, that follows
 * their changes. A slot that changes is removed at once and compared separately until it has been added again, between
 * requests. Proposals of the index are compared exactly afterwards, so scores are exact; vectors that it does not
 * propose can be missed.
 */
export class HnswIndex {
  readonly #set: IndexedVectors;
  readonly #onFault: (error: unknown) => void;
  readonly #pending = new Set<number>();
  #index: Index | undefined;
  #turn: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(set: IndexedVectors, onFault: (error: unknown) => void) {
    this.#set = set;
    this.#onFault = onFault;
    for (let slot = 0; slot < set.end; slot++) if (set.has(slot)) this.#pending.add(slot);
    void this.#open();
  }

  async #open(): Promise<void> {
    try {
      const { default: usearch } = await import('usearch');
      if (this.#stopped) return;
      const { distance, dimensions } = this.#set;
      this.#index = new usearch.Index({
        dimensions,
        metric: distance === 'Euclid' ? usearch.MetricKind.L2sq : usearch.MetricKind.IP,
        // The range of float32 in half the bytes; candidates are compared again in full.
        quantization: usearch.ScalarKind.BF16,
        connectivity: CONNECTIVITY,
        expansion_add: EXPANSION,
        expansion_search: EXPANSION,
        multi: false,
      });
      this.#schedule();
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** Points in the index. */
  get size(): number {
    return this.#index?.size() ?? 0;
  }

  /** The vector of the slot was written or removed. */
  touch(slot: number): void {
    if (this.#index !== undefined && !this.#pending.has(slot)) this.#index.remove(BigInt(slot));
    if (this.#set.has(slot)) this.#pending.add(slot);
    else this.#pending.delete(slot);
    this.#schedule();
  }

  /**
   * Slots that may be among the `limit` nearest; undefined while the index cannot tell. `breadth` is the number of
   * candidates considered: more finds more.
   */
  candidates(query: Float32Array, limit: number, breadth = EXPANSION): Int32Array | undefined {
    const index = this.#index;
    if (index === undefined || this.#pending.size > MOST_PENDING * this.#set.count) return undefined;
    const { keys } = index.search(query, Math.min(Math.max(limit, breadth), index.size()), 1);
    const slots = new Set(this.#pending);
    for (const key of keys) if (this.#set.has(Number(key))) slots.add(Number(key));
    return slots.size < Math.min(limit, this.#set.count) ? undefined : Int32Array.from(slots);
  }

  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#turn);
    this.#index = undefined;
  }

  #schedule(): void {
    if (this.#turn !== undefined || this.#stopped || this.#index === undefined || this.#pending.size === 0)
      return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      try {
        this.#add();
        this.#schedule();
      } catch (cause) {
        this.#fail(cause);
      }
    });
  }

  #add(): void {
    const end = performance.now() + TURN;
    for (const slot of this.#pending) {
      const vector = this.#set.get(slot);
      if (vector !== undefined) this.#index?.add(BigInt(slot), vector, 1);
      this.#pending.delete(slot);
      if (performance.now() > end) return;
    }
  }

  /** Searches stay exact, only slower. */
  #fail(cause: unknown): void {
    this.stop();
    this.#onFault(
      new AppError('backend_unavailable', 'the HNSW index is disabled; every search scans all vectors', {
        cause,
      }),
    );
  }
}
