import type { ByteSource } from '../byte-source.ts';
import { ELEMENT_BYTES, elementCount, exactArray, type NumberArray } from '../numbers/element-type.ts';
import { type Encoding, readElements } from '../numbers/read-elements.ts';

/** Elements that are read at a time: many short columns, or a piece of a long one. */
const STEP_BYTES = 4 << 20;

/**
 * Reads rows `[from, to)` of an array that lies in column-major order (Fortran's: the first index runs fastest) into
 * `values`, row-major. At least two axes, none of them empty.
 */
export async function readColumnMajor(
  source: ByteSource,
  dataOffset: number,
  shape: readonly number[],
  encoding: Encoding,
  from: number,
  to: number,
  values: NumberArray,
): Promise<void> {
  const [rows = 1, ...rest] = shape;
  const width = ELEMENT_BYTES[encoding.type];
  const columns = elementCount(rest);
  const taken = to - from;
  // Whole columns where several fit into a step, else only the rows that are wanted of one.
  const columnsPerStep = Math.max(1, Math.floor(STEP_BYTES / width / rows));
  const place = rowMajorPlaces(rest);
  for (let first = 0; first < columns; first += columnsPerStep) {
    const count = Math.min(columnsPerStep, columns - first);
    const read = exactArray(encoding.type, (count - 1) * rows + taken);
    const offset = dataOffset + (first * rows + from) * width;
    await readElements(source, offset, read.length, encoding, read);
    for (let column = 0; column < count; column++) {
      const target = place();
      for (let row = 0; row < taken; row++) {
        values[row * columns + target] = read[column * rows + row] as number;
      }
    }
  }
}

/** Gives, call by call, the row-major place of the indices of `shape` as they run in column-major order. */
function rowMajorPlaces(shape: readonly number[]): () => number {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const index = shape.map(() => 0);
  let next = 0;
  return () => {
    const place = next;
    for (let axis = 0; axis < shape.length; axis++) {
      const stride = strides[axis] as number;
      next += stride;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      next -= stride * (shape[axis] as number);
      index[axis] = 0;
    }
    return place;
  };
}
