import { float16BitsToFloat32, float32ToFloat16Bits } from '../../shared/formats/float16.ts';
import {
  makeWordSum,
  mapOfVectors,
  type PrincipalParts,
  type StoredWordSum,
  type WordSumParts,
} from '../../shared/retrieval/index.ts';
import { WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';
import { SEEN_PARTS, type TrainingPhotos } from './training-photos.ts';
import { SKIPPED_WORDS, type WordTable } from './word-table.ts';

/** Linear maps of both sides to the same space. */
export interface FittedMaps {
  readonly dimensions: number;
  /** `[dimensions, components]`, and what is subtracted after it. */
  readonly image: ArrayLike<number>;
  readonly imageOffset: ArrayLike<number>;
  /** `[known, dimensions]`: what each known word and pair adds on its own account. */
  readonly known: ArrayLike<number>;
  /** `[size of a vector, dimensions]`: what the vectors of words add. */
  readonly vectors: ArrayLike<number>;
  readonly textOffset: ArrayLike<number>;
}

/**
 * The maps as a word sum: each word has one row, of its own part and of its vector's.
 *
 * @param words how many words of the table have rows.
 */
export function photoWordSum(
  { principal, table }: TrainingPhotos,
  fitted: FittedMaps,
  words = table.words.length,
): StoredWordSum {
  const { dimensions, image, imageOffset, textOffset } = fitted;
  const { projection, offset } = imageSide(principal, image, imageOffset, dimensions);
  return makeWordSum(
    scaledToHalves({
      dimensions,
      size: WHOLE_SIZE,
      parts: SEEN_PARTS,
      words: table.words.slice(0, words),
      skipped: SKIPPED_WORDS,
      projection,
      imageOffset: offset,
      rows: wordRows(table, fitted, words),
      textOffset,
    }),
  );
}

/** A map of components `[dimensions, components]` as one of descriptions, with what is subtracted after it. */
export function imageSide(
  principal: PrincipalParts,
  image: ArrayLike<number>,
  imageOffset: ArrayLike<number>,
  dimensions: number,
): { readonly projection: Float64Array; readonly offset: Float64Array } {
  const projection = mapOfVectors(principal, image, dimensions);
  const offset = Float64Array.from(imageOffset);
  const { size, mean } = principal;
  for (let d = 0; d < dimensions; d++) {
    for (let f = 0; f < size; f++) {
      offset[d] = (offset[d] as number) + (projection[d * size + f] as number) * (mean[f] as number);
    }
  }
  return { projection, offset };
}

/** Rows of the first words of the table `[words, dimensions]`. */
function wordRows(
  { known: own, size, vectors }: WordTable,
  { dimensions: k, known, vectors: map }: FittedMaps,
  words: number,
): Float64Array {
  const rows = new Float64Array(words * k);
  for (let row = 0; row < words; row++) {
    for (let d = 0; d < k; d++) {
      let sum = row < own ? (known[row * k + d] as number) : 0;
      for (let v = 0; v < size; v++) sum += (vectors[row * size + v] as number) * (map[v * k + d] as number);
      rows[row * k + d] = sum;
    }
  }
  return rows;
}

/**
 * Rounds the large tensors to half floats, in which a model folder keeps them. Only directions count, so each side is
 * scaled first: a half has few digits below 0.0001.
 */
export function scaledToHalves(parts: WordSumParts): WordSumParts {
  const images = scaleOf(parts.projection);
  const texts = scaleOf(parts.rows);
  return {
    ...parts,
    projection: halves(scaled(parts.projection, images)),
    imageOffset: scaled(parts.imageOffset, images),
    rows: halves(scaled(parts.rows, texts)),
    textOffset: scaled(parts.textOffset, texts),
  };
}

/** What brings the root of the mean square to 1. */
function scaleOf(numbers: ArrayLike<number>): number {
  let square = 0;
  for (let at = 0; at < numbers.length; at++) square += (numbers[at] as number) ** 2;
  return square > 0 ? Math.sqrt(numbers.length / square) : 1;
}

const scaled = (numbers: ArrayLike<number>, scale: number): Float32Array =>
  Float32Array.from(numbers, (value) => value * scale);

const halves = (numbers: Float32Array): Float32Array => float16BitsToFloat32(float32ToFloat16Bits(numbers));
