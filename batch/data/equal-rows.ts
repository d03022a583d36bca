import { AppError } from '../../shared/errors/index.ts';
import type { StoredBoxes } from './image-boxes.ts';
import type { FeatureFile } from './image-features.ts';

/** Rows of an image in arrays with a row for each caption. */
const ROWS = 5;
/** Number of images whose features are compared when a split is opened; those of all others are compared when they are read. */
const SAMPLE = 16;

/** Two rows of one array that should be the same image but differ. */
interface DifferingRows {
  readonly path: string;
  readonly first: number;
  readonly other: number;
}

/** Whether the rows of a split's arrays are equal in groups of five. */
export interface FiveEqualRows {
  /** First row of a group of five equal rows; undefined if there is none. */
  readonly equal: number | undefined;
  /** Two rows of a group that differ; undefined if all are equal. */
  readonly differing: DifferingRows | undefined;
}

/**
 * Compares the rows of the arrays in groups of five: boxes and sizes of all groups, features of some, evenly spaced. A single difference
 * proves that five rows are not one image. That they are one is certain only after `readEqualRows` has read them.
 *
 * @throws AppError of the readers.
 */
export async function fiveEqualRows(features: FeatureFile, boxes: StoredBoxes): Promise<FiveEqualRows> {
  const fives = features.rows / ROWS;
  const inBoxes = Array.from({ length: fives }, (_, five) => differingBoxes(boxes, five * ROWS));
  let equal: number | undefined;
  let differing = inBoxes.find((found) => found !== undefined);
  const sampled = Math.min(SAMPLE, fives);
  for (let index = 0; index < sampled; index++) {
    const five = Math.floor((index * fives) / sampled);
    const first = five * ROWS;
    const found =
      inBoxes[five] ?? differingRows(features, first, await features.readRows(first, first + ROWS));
    if (found === undefined) equal ??= first;
    else differing ??= found;
  }
  return { equal, differing };
}

/**
 * Features `[R, F]` of an image with five rows, which are all read and compared.
 *
 * @param first row of the image.
 * @throws AppError `shape_mismatch` when they differ.
 */
export async function readEqualRows(file: FeatureFile, first: number): Promise<Float32Array> {
  const rows = await file.readRows(first, first + ROWS);
  const found = differingRows(file, first, rows);
  if (found === undefined) return rows.slice(0, rows.length / ROWS);
  throw new AppError(
    'shape_mismatch',
    `${found.path}: rows ${found.first} and ${found.other} differ, both should be image ${first / ROWS}`,
    {
      hint: 'with a row per caption the five rows of an image are equal; with a row per image, {split}_caption_images.txt says which captions belong to it',
    },
  );
}

function differingRows(file: FeatureFile, first: number, rows: Float32Array): DifferingRows | undefined {
  const size = rows.length / ROWS;
  const at = rows.findIndex((value, index) => !Object.is(value, rows[index % size]));
  return at < 0 ? undefined : { path: file.path, first, other: first + Math.floor(at / size) };
}

function differingBoxes(
  { paths, regions, boxRows, sizeRows }: StoredBoxes,
  first: number,
): DifferingRows | undefined {
  for (let other = first + 1; other < first + ROWS; other++) {
    if (!equalRows(boxRows, regions * 4, first, other)) return { path: paths.boxes, first, other };
    if (!equalRows(sizeRows, 2, first, other)) return { path: paths.sizes, first, other };
  }
  return undefined;
}

function equalRows(array: Float32Array, size: number, first: number, other: number): boolean {
  for (let index = 0; index < size; index++) {
    if (array[first * size + index] !== array[other * size + index]) return false;
  }
  return true;
}
