import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { bfloat16BitsToFloat32, float16BitsToFloat32 } from '../float16.ts';
import { ELEMENT_BYTES, type ElementType, type NumberArray } from './element-type.ts';

/** Bytes that are read at once, so that the raw bytes of a large array are never all in memory in addition to its numbers. */
const STEP = 8 << 20;

/** The storage of elements in a file. */
export interface Encoding {
  readonly type: ElementType;
  readonly littleEndian: boolean;
}

/**
 * Allocates an array for numbers that a file was found to hold.
 *
 * @throws AppError `memory_exhausted` where the runtime has no such array.
 */
export function allocate<T>(name: string, count: number, create: (count: number) => T): T {
  try {
    return create(count);
  } catch (thrown) {
    throw new AppError('memory_exhausted', `${name}: an array of ${count} numbers does not fit into memory`, {
      hint: 'read fewer rows at a time, or give the program more memory',
      cause: thrown,
    });
  }
}

/**
 * Reads `count` consecutive elements from `offset`, into `target` from `at`, converted to its type.
 *
 * @throws AppError `format_invalid` when the source ends before them; `format_unsupported` for a 64-bit integer beyond
 * 2^53.
 */
export async function readElements(
  source: ByteSource,
  offset: number,
  count: number,
  encoding: Encoding,
  target: NumberArray,
  at = 0,
): Promise<void> {
  const width = ELEMENT_BYTES[encoding.type];
  const stepElements = STEP / width;
  for (let done = 0; done < count; done += stepElements) {
    const bytes = await source.read(offset + done * width, Math.min(stepElements, count - done) * width);
    decodeElements(source.name, bytes, encoding, target, at + done);
  }
}

/**
 * Decodes consecutive elements into `target` from `at`, converted to its type. The bytes are not changed.
 *
 * @param name the name of the file in messages.
 * @throws AppError `format_unsupported` for a 64-bit integer beyond 2^53.
 */
export function decodeElements(
  name: string,
  bytes: Uint8Array,
  { type, littleEndian }: Encoding,
  target: NumberArray,
  at = 0,
): void {
  const width = ELEMENT_BYTES[type];
  const swap = !littleEndian && width > 1;
  // Typed arrays must start at a multiple of their element size, and swapping must not change the caller's bytes.
  const own = swap || bytes.byteOffset % width !== 0 ? new Uint8Array(bytes) : bytes;
  if (swap) reverseBytes(own, width);
  target.set(numbersOf(name, own, type), at);
}

/** The bytes of each element in the opposite order, in place. */
function reverseBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) {
    for (let low = start, high = start + width - 1; low < high; low++, high--) {
      const byte = bytes[low] as number;
      bytes[low] = bytes[high] as number;
      bytes[high] = byte;
    }
  }
}

/** Little-endian bytes at an aligned offset as numbers. All JavaScript runtimes are little-endian. */
function numbersOf(name: string, bytes: Uint8Array, type: ElementType): NumberArray {
  const { buffer, byteOffset } = bytes;
  const count = bytes.length / ELEMENT_BYTES[type];
  switch (type) {
    case 'bool':
      return bytes.map((byte) => (byte === 0 ? 0 : 1));
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'int64':
      return integersOf(name, new BigInt64Array(buffer, byteOffset, count));
    case 'uint8':
      return bytes;
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'uint64':
      return integersOf(name, new BigUint64Array(buffer, byteOffset, count));
    case 'float16':
      return float16BitsToFloat32(new Uint16Array(buffer, byteOffset, count));
    case 'bfloat16':
      return bfloat16BitsToFloat32(new Uint16Array(buffer, byteOffset, count));
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
  }
}

function integersOf(name: string, integers: BigInt64Array | BigUint64Array): Float64Array {
  const numbers = new Float64Array(integers.length);
  for (let index = 0; index < numbers.length; index++) {
    const integer = Number(integers[index]);
    if (!Number.isSafeInteger(integer)) {
      throw new AppError(
        'format_unsupported',
        `${name}: the 64-bit integer ${integers[index]} is beyond 2^53`,
        {
          hint: 'save the array as float64 or as smaller integers',
        },
      );
    }
    numbers[index] = integer;
  }
  return numbers;
}
