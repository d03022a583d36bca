import type { ByteSource } from '../byte-source.ts';
import { ELEMENT_BYTES, elementCount, exactArray, type NumberArray } from '../numbers/element-type.ts';
import { type Encoding, readElements } from '../numbers/read-elements.ts';

/** Elements that are read at once: many short columns, or a piece of a long one. */
const STEP_BYTES = 4 << 20;

/**
 * Reads rows `[from, to)` of an array in column-major order (as in Fortran: the first index varies fastest) into
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
  // Whole columns if several fit into a step, otherwise only the wanted rows of one.
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

/** Returns, call by call, the row-major position of the indices of `shape` in column-major order. */
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
