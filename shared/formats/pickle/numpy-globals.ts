import { encodeLatin1 } from '../latin1.ts';
import { parseItemType, parseShape } from '../npy/item-type.ts';
import { ELEMENT_BYTES, elementCount, exactArray, type NumberArray } from '../numbers/element-type.ts';
import { decodeElements, type Encoding } from '../numbers/read-elements.ts';
import { gatherStrided } from '../numbers/strided.ts';
import { type Construction, PickleFunction, type PickleGlobals } from './pickle-globals.ts';

/** An array in a pickle, row-major: of numbers, or of anything else (dtype `object`). */
export class PickledArray {
  dtype = 'object';
  shape: readonly number[] = [0];
  data: NumberArray | unknown[] = [];
}

/** A numpy dtype while its pickle is read; the byte order is part of its state. */
class PickledDtype {
  readonly code: string;
  order = '|';

  constructor(code: string) {
    this.code = code;
  }

  /** The storage of its numbers; undefined for objects. */
  encoding(construction: Construction): Encoding | undefined {
    const item = parseItemType(`${this.order}${this.code}`);
    if (item?.kind === 'object') return undefined;
    if (item?.kind === 'number') return item.encoding;
    throw construction.unsupported(`a numpy array of ${JSON.stringify(this.code.slice(0, 40))}`);
  }
}

function dtype([code]: readonly unknown[], construction: Construction): PickledDtype {
  if (typeof code !== 'string') throw construction.invalid('a numpy dtype without a code');
  const made = new PickledDtype(code);
  construction.onBuild(made, (state) => {
    if (!Array.isArray(state)) throw construction.invalid('a numpy dtype without a state');
    const [, order, subarray, names] = state as unknown[];
    if (typeof order !== 'string') throw construction.invalid('a numpy dtype without a byte order');
    if (subarray !== null || names !== null) throw construction.unsupported('a structured numpy array');
    made.order = order;
  });
  return made;
}

/** `_reconstruct(ndarray, (0,), b'b')` makes an empty array, which is then filled by its state. */
function reconstruct([type]: readonly unknown[], construction: Construction): PickledArray {
  if (type !== 'numpy.ndarray') throw construction.unsupported('a numpy array of a special kind');
  const array = new PickledArray();
  construction.onBuild(array, (state) => fill(array, state, construction));
  return array;
}

/** State: version, shape, dtype, whether its bytes are column-major, bytes (for objects: a list, always row-major). */
function fill(array: PickledArray, state: unknown, construction: Construction): void {
  if (!Array.isArray(state) || state.length !== 5)
    throw construction.invalid('a numpy array without a state');
  const [, extents, type, fortranOrder, raw] = state as unknown[];
  const shape = Array.isArray(extents) ? parseShape(extents) : undefined;
  if (shape === undefined || !(type instanceof PickledDtype))
    throw construction.invalid('a numpy array without a shape');
  const encoding = type.encoding(construction);
  array.shape = shape;
  if (encoding === undefined) {
    if (!Array.isArray(raw) || raw.length !== elementCount(shape)) {
      throw construction.invalid(
        `${Array.isArray(raw) ? raw.length : 'no'} objects in a numpy array [${shape.join(', ')}]`,
      );
    }
    array.data = raw;
    return;
  }
  array.dtype = encoding.type;
  array.data = numbers(raw, encoding, shape, fortranOrder === true, construction);
}

/** Bytes, or the text that Python 2 has instead, as numbers. */
function numbers(
  raw: unknown,
  encoding: Encoding,
  shape: readonly number[],
  fortranOrder: boolean,
  construction: Construction,
): NumberArray {
  const bytes = typeof raw === 'string' ? encodeLatin1(raw) : raw;
  const count = elementCount(shape);
  if (!(bytes instanceof Uint8Array) || bytes.length !== count * ELEMENT_BYTES[encoding.type]) {
    throw construction.invalid(`the bytes of a numpy array do not fill its shape [${shape.join(', ')}]`);
  }
  // A pickle can make many arrays from the same bytes.
  construction.spend(8 * count);
  const found = exactArray(encoding.type, count);
  decodeElements('a numpy array in a pickle', bytes, encoding, found);
  if (!fortranOrder || shape.length < 2) return found;
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  return gatherStrided(found, 0, shape, strides, exactArray(encoding.type, count));
}

/** `scalar(dtype, bytes)`: a numpy number. */
function scalar([type, raw]: readonly unknown[], construction: Construction): unknown {
  const encoding = type instanceof PickledDtype ? type.encoding(construction) : undefined;
  if (encoding === undefined) throw construction.invalid('a numpy scalar that is not a number');
  const [value] = numbers(raw, encoding, [], false, construction);
  return encoding.type === 'bool' ? value === 1 : value;
}

/** `_frombuffer(bytes, dtype, shape, order)`: arrays of protocol 5. */
function fromBuffer(
  [raw, type, extents, order]: readonly unknown[],
  construction: Construction,
): PickledArray {
  const encoding = type instanceof PickledDtype ? type.encoding(construction) : undefined;
  const shape = Array.isArray(extents) ? parseShape(extents) : undefined;
  if (encoding === undefined || shape === undefined)
    throw construction.invalid('a numpy array without a shape');
  const array = new PickledArray();
  array.dtype = encoding.type;
  array.shape = shape;
  array.data = numbers(raw, encoding, shape, order === 'F', construction);
  return array;
}

const RECONSTRUCT = new PickleFunction(reconstruct);
const SCALAR = new PickleFunction(scalar);
const FROM_BUFFER = new PickleFunction(fromBuffer);

/** Arrays and scalars, under the module names of numpy 1 and 2. */
export const NUMPY_GLOBALS: PickleGlobals = new Map<string, PickleFunction | string>([
  ['numpy.ndarray', 'numpy.ndarray'],
  ['numpy.dtype', new PickleFunction(dtype)],
  ['numpy.core.multiarray._reconstruct', RECONSTRUCT],
  ['numpy._core.multiarray._reconstruct', RECONSTRUCT],
  ['numpy.core.multiarray.scalar', SCALAR],
  ['numpy._core.multiarray.scalar', SCALAR],
  ['numpy.core.numeric._frombuffer', FROM_BUFFER],
  ['numpy._core.numeric._frombuffer', FROM_BUFFER],
]);
