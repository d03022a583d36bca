import { AppError } from '../errors/index.ts';
import { assertNotAborted, yieldToEventLoop } from '../model/long-work.ts';
import { BestScores } from './best-scores.ts';
import { innerProduct, innerProducts } from './inner-products.ts';

/** Unit vectors by ordinal, in memory or in a file that is read by ranges. */
export interface VectorRows {
  readonly count: number;
  readonly dimensions: number;
  /** Vectors `[from, to)`, `[to - from, dimensions]`. */
  read(from: number, to: number): Float32Array | Promise<Float32Array>;
}

export interface ExactRecallOptions {
  /** How many are wanted. */
  readonly limit: number;
  /** Only these ordinals, in any order; all where it is left out. */
  readonly among?: ArrayLike<number> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An image that recall found. */
export interface NearestVector {
  /** Its ordinal. */
  readonly id: number;
  /** The cosine of its vector with the query's. */
  readonly coarse: number;
}

/** Numbers in a slice: two milliseconds of comparing, and 8 MiB to be read at once. */
const SLICE_NUMBERS = 2 ** 21;

/** Vectors in memory as rows. */
export function vectorRows(data: Float32Array, dimensions: number): VectorRows {
  return {
    count: data.length / dimensions,
    dimensions,
    read: (from, to) => data.subarray(from * dimensions, to * dimensions),
  };
}

/**
 * The nearest of all vectors, by the inner product with the query in float64, equal ones by ordinal. Nothing is missed,
 * and nothing but the vectors is needed. They are compared in slices, and between two slices the event loop has its turn.
 *
 * @param query unit vector `[dimensions]`.
 * @throws AppError `shape_mismatch`, `argument_invalid` for an ordinal that is not there, `cancelled`, and what
 *   reading throws.
 */
export async function exactRecall(
  vectors: VectorRows,
  query: Float32Array,
  { limit, among, signal }: ExactRecallOptions,
): Promise<NearestVector[]> {
  const { count, dimensions } = vectors;
  if (query.length !== dimensions) {
    throw new AppError(
      'shape_mismatch',
      `the query's coarse vector has ${query.length} dimensions, those of the index have ${dimensions}`,
      { hint: 'encode the query by the model of the same generation' },
    );
  }
  const exact = Float64Array.from(query);
  const best = new BestScores(limit);
  const ids = among === undefined ? undefined : ascending(among, count);
  for (const [index, { from, to, own }] of slices(vectors, ids).entries()) {
    if (index > 0) await yieldToEventLoop();
    assertNotAborted(signal);
    offerSlice(best, exact, await vectors.read(from, to), from, own);
  }
  return best.ranked().map(({ id, score }) => ({ id, coarse: score }));
}

/** Ordinals `[from, to)`, and those of them that are compared, ascending; all where that is left out. */
interface Slice {
  readonly from: number;
  readonly to: number;
  readonly own: Int32Array | undefined;
}

/** Cuts the vectors into slices; those without an ordinal of `ids` are left out. */
function slices({ count, dimensions }: VectorRows, ids: Int32Array | undefined): Slice[] {
  const rows = Math.max(1, Math.floor(SLICE_NUMBERS / dimensions));
  const found: Slice[] = [];
  let next = 0;
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(count, from + rows);
    const first = next;
    while (ids !== undefined && next < ids.length && (ids[next] as number) < to) next++;
    if (ids === undefined || next > first) found.push({ from, to, own: ids?.subarray(first, next) });
  }
  return found;
}

/** Offers the rows of a slice `[rows, dimensions]` that begins at ordinal `from`: all, or those of `ids`. */
function offerSlice(
  best: BestScores,
  query: Float64Array,
  slice: Float32Array,
  from: number,
  ids: Int32Array | undefined,
): void {
  if (ids !== undefined) {
    for (const id of ids) best.offer(id, innerProduct(query, slice, id - from));
    return;
  }
  const cosines = new Float64Array(slice.length / query.length);
  innerProducts(query, slice, cosines);
  for (let row = 0; row < cosines.length; row++) {
    const coarse = cosines[row] as number;
    if (coarse >= best.least) best.offer(from + row, coarse);
  }
}

/** The ordinals in ascending order, each once. */
function ascending(among: ArrayLike<number>, count: number): Int32Array {
  let isAscending = true;
  for (let at = 0; at < among.length; at++) {
    const id = among[at] as number;
    if (!(Number.isInteger(id) && id >= 0 && id < count)) {
      throw new AppError('argument_invalid', `there is no image ${id}; the index has ${count}`);
    }
    isAscending &&= at === 0 || id > (among[at - 1] as number);
  }
  if (!isAscending) return Int32Array.from(new Set(Array.from(among))).sort();
  return among instanceof Int32Array ? among : Int32Array.from(among);
}
