import { AppError } from '../errors/index.ts';
import type { CoarseImageInput, CoarseTextInput } from './coarse-head.ts';

/** Which parts of an image and of a sentence a head looks at. A size of 0 leaves the part out. */
export interface FeatureLayout {
  readonly image: {
    /** F, mean of the regions' features weighted by the square root of their area; 0 without. */
    readonly regions: number;
    /** D, mean of GSMN's image nodes; 0 without. */
    readonly nodes: number;
  };
  readonly text: {
    /** Word ids whose occurrences are counted, ascending; empty without. */
    readonly bag: readonly number[];
    /** D, mean of GSMN's word nodes without `<start>` and `<end>`; 0 without. */
    readonly words: number;
  };
}

/** Length of the image's features. */
export function imageFeatureSize({ image }: FeatureLayout): number {
  return image.regions + image.nodes;
}

/** Length of the sentence's features. */
export function textFeatureSize({ text }: FeatureLayout): number {
  return text.bag.length + text.words;
}

/** How often each counted word occurs: position in the bag to count. */
export type WordCounts = ReadonlyMap<number, number>;

/** Features of an image `[regions + nodes]`, written to `out` from `offset`. */
export function writeImageFeatures(
  layout: FeatureLayout,
  input: CoarseImageInput,
  out: Float64Array,
  offset = 0,
): void {
  const { regions: F, nodes: D } = layout.image;
  const R = input.regions;
  if (!Number.isInteger(R) || R < 1) {
    throw new AppError('shape_mismatch', `coarse head: an image must have at least one region, not ${R}`);
  }
  if (F > 0) {
    assertSize('region features', input.features, R, F);
    assertSize('boxes', input.boxes, R, 4);
    weightedMean(input.features, R, F, rootAreas(input.boxes, R), out, offset);
  }
  if (D > 0) {
    assertSize('image nodes', input.nodes, R, D);
    weightedMean(input.nodes, R, D, undefined, out, offset + F);
  }
}

/** The mean of a sentence's word nodes `[D]`, written to `out` from `offset`. */
export function writeWordMean(
  layout: FeatureLayout,
  input: CoarseTextInput,
  out: Float64Array,
  offset = 0,
): void {
  const D = layout.text.words;
  if (D === 0) return;
  const L = input.ids.length;
  if (L === 0) throw new AppError('query_empty', 'coarse head: a sentence must have at least one word id');
  assertSize('word nodes', input.words, L, D);
  // Between <start> and <end>; a sentence that is nothing else has only these two.
  const inner = L > 2 ? input.words.subarray(D, (L - 1) * D) : input.words;
  weightedMean(inner, inner.length / D, D, undefined, out, offset);
}

/** Where each counted word id stands in the bag. */
export function bagPositions({ text }: FeatureLayout): ReadonlyMap<number, number> {
  return new Map(text.bag.map((id, position) => [id, position]));
}

/** Counts the words that are in the bag; all others, `<unk>` among them, do not count. */
export function countWords(positions: ReadonlyMap<number, number>, ids: readonly number[]): WordCounts {
  const counts = new Map<number, number>();
  for (const id of ids) {
    const position = positions.get(id);
    if (position !== undefined) counts.set(position, (counts.get(position) ?? 0) + 1);
  }
  return counts;
}

function assertSize(what: string, data: Float32Array, rows: number, columns: number): void {
  if (data.length === rows * columns) return;
  throw new AppError(
    'shape_mismatch',
    `coarse head: ${what} hold ${data.length} numbers, expected [${rows}, ${columns}]`,
    { hint: 'the coarse head was fitted for another model or other region features' },
  );
}

/** Square roots of the boxes' areas; a box without area weighs nothing. */
function rootAreas(boxes: Float32Array, R: number): Float64Array | undefined {
  const weights = new Float64Array(R);
  let total = 0;
  for (let r = 0; r < R; r++) {
    const width = (boxes[4 * r + 2] as number) - (boxes[4 * r] as number);
    const height = (boxes[4 * r + 3] as number) - (boxes[4 * r + 1] as number);
    const area = width > 0 && height > 0 ? width * height : 0;
    weights[r] = Math.sqrt(area);
    total += weights[r] as number;
  }
  // Boxes that are all empty say nothing about the regions: they weigh the same.
  return total > 0 ? weights : undefined;
}

function weightedMean(
  rows: Float32Array,
  count: number,
  size: number,
  weights: Float64Array | undefined,
  out: Float64Array,
  offset: number,
): void {
  out.fill(0, offset, offset + size);
  let total = 0;
  for (let r = 0; r < count; r++) {
    const weight = weights === undefined ? 1 : (weights[r] as number);
    if (weight === 0) continue;
    total += weight;
    const row = r * size;
    for (let f = 0; f < size; f++) {
      out[offset + f] = (out[offset + f] as number) + weight * (rows[row + f] as number);
    }
  }
  for (let f = 0; f < size; f++) out[offset + f] = (out[offset + f] as number) / total;
}
