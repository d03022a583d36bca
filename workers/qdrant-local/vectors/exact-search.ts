import { BestScores } from '../../../shared/retrieval/best-scores.ts';
import type { Slices } from '../scheduling/slices.ts';
import { cosineLength } from './distance.ts';
import { quantise } from './quantise.ts';
import { BLOCK, type Segment } from './segment.ts';
import type { VectorSet } from './vector-set.ts';

export interface Nearest {
  readonly slot: number;
  /** Larger is better (distance.ts), computed in float64. */
  readonly key: number;
}

export interface SearchOptions {
  readonly limit: number;
  /** Only these slots, each once; all by default. */
  readonly slots?: Int32Array | undefined;
  /** Smaller keys are left out. */
  readonly leastKey?: number | undefined;
  /** Orders points with the same key. */
  readonly tie: (a: number, b: number) => number;
  /** The time of the request. */
  readonly slices: Slices;
}

/** Below this share of all points, listed slots are compared one by one instead of scanning all points. */
const SPARSE = 1 / 8;

/**
 * The best `limit` points by their exact keys.
 *
 * Vectors `v` are first scanned as int8 steps against a query `u` of int16 steps. This needs a quarter of the memory
 * traffic, which takes most of the time. With `u = û + e`, `v = v̂ + f`: `|u·v - û·v̂| = |u·f + e·v̂| <= |u| |f| + |e|
 * |v̂|`. Every vector that could still be among the best by this bound is compared again in float64, so the result is
 * exact.
 */
export async function searchExact(
  set: VectorSet,
  query: Float32Array,
  options: SearchOptions,
): Promise<Nearest[]> {
  const exact = new Float64Array(set.stride);
  exact.set(query);
  if (set.distance === 'Cosine') normalise(exact);
  // The kernel adds products of steps as int32.
  const levels = Math.min(32_767, Math.floor((2 ** 31 - 1) / (127 * set.stride)));
  const steps = new Int16Array(set.stride);
  const rounded = quantise(exact, levels, steps);
  const { slots, slices, leastKey = Number.NEGATIVE_INFINITY } = options;
  // The kernels hold one query at a time, so it is put there again after other requests were handled.
  const load = () => set.segments.map((segment) => segment.setQuery(steps, exact));
  const pause = () => slices.pause().then(load);
  const loaded = { products: load(), pause };

  const few = slots !== undefined && slots.length <= Math.max(BLOCK, SPARSE * set.count);
  const candidates =
    few || set.distance === 'Manhattan'
      ? listed(set, slots)
      : await scanned(set, options, loaded, { ...rounded, leastKey });

  // Awaiting the scan let others put theirs there.
  load();
  const best = new BestScores(options.limit, options.tie);
  for (const slot of candidates) {
    if (slices.due) await pause();
    const key = exactKey(set, slot);
    if (key >= leastKey) best.offer(slot, key);
  }
  return best.ranked().map(({ id: slot, score: key }) => ({ slot, key }));
}

function listed(set: VectorSet, slots: Int32Array | undefined): Int32Array {
  if (slots !== undefined) return slots.filter((slot) => set.has(slot));
  const all = new Int32Array(set.count);
  for (let slot = 0, n = 0; slot < set.end; slot++) if (set.has(slot)) all[n++] = slot;
  return all;
}

/** The query in the memory of the kernels. */
interface Loaded {
  /** The products of a block, of each segment. */
  readonly products: readonly Int32Array[];
  readonly pause: () => Promise<readonly Int32Array[]>;
}

interface Rounded {
  readonly scale: number;
  readonly error: number;
  readonly norm: number;
  readonly leastKey: number;
}

/** Slots that may be among the best, by the bound of the int8 scan. */
async function scanned(
  set: VectorSet,
  { limit, slots, slices }: SearchOptions,
  { products: first, pause }: Loaded,
  query: Rounded,
): Promise<Int32Array> {
  let products = first;
  const { present, scales, errors, norms, end } = set;
  const euclid = set.distance === 'Euclid';
  let allowed = present;
  if (slots !== undefined) {
    allowed = new Uint8Array(end);
    for (const slot of slots) allowed[slot] = present[slot] as number;
  }
  /** Upper bounds of the keys. */
  const upper = new Float64Array(end);
  const lowest = new BestScores(limit);
  for (const [index, segment] of set.segments.entries()) {
    const start = index * set.rowsPerSegment;
    const rows = Math.min(set.rowsPerSegment, end - start);
    for (let row = 0; row < rows; row += BLOCK) {
      if (slices.due) products = await pause();
      const view = products[index] as Int32Array;
      const n = Math.min(BLOCK, rows - row);
      segment.kernel.scan(segment.stepsAt(row), n, set.stride, segment.querySteps, segment.products);
      for (let i = 0; i < n; i++) {
        const slot = start + row + i;
        if (allowed[slot] !== 1) continue;
        const off = errors[slot] as number;
        const norm = norms[slot] as number;
        let key = query.scale * (scales[slot] as number) * (view[i] as number);
        let bound = query.norm * off + query.error * (norm + off);
        if (euclid) {
          key = 2 * key - norm * norm - query.norm * query.norm;
          bound = 2 * bound + 1e-12 * (norm + query.norm) ** 2;
        }
        // The last term covers the rounding errors of float64, here and in the exact keys.
        bound += 1e-12 * query.norm * norm;
        upper[slot] = key + bound;
        if (key - bound > lowest.least) lowest.offer(slot, key - bound);
      }
    }
  }
  const least = Math.max(lowest.least, query.leastKey - 1e-12 * Math.abs(query.leastKey));
  let n = 0;
  const candidates = new Int32Array(end);
  for (let slot = 0; slot < end; slot++) {
    if (allowed[slot] === 1 && (upper[slot] as number) >= least) candidates[n++] = slot;
  }
  return candidates.subarray(0, n);
}

/** The key of a slot, for the last query of its segment. */
function exactKey(set: VectorSet, slot: number): number {
  const segment = set.segments[Math.floor(slot / set.rowsPerSegment)] as Segment;
  const row = segment.valuesAt(slot % set.rowsPerSegment);
  const { kernel, stride, queryExact } = segment;
  if (set.distance === 'Euclid') return -kernel.squaredDistance(row, stride, queryExact);
  if (set.distance === 'Manhattan') return -kernel.absoluteDistance(row, stride, queryExact);
  return kernel.dot(row, stride, queryExact);
}

function normalise(vector: Float64Array): void {
  const length = cosineLength(vector);
  if (length === 1) return;
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
}
