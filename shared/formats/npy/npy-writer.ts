import { AppError } from '../../errors/index.ts';
import { elementCount, type NumberArray } from '../numbers/element-type.ts';

/** Numpy's code of each type that is written. */
const CODES = {
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
} as const;

/** A type that .npy files can be written in. */
export type NpyWriteType = keyof typeof CODES;

/**
 * The header of a .npy file (format version 1.0; padded to 64 bytes, as in numpy), for writing a large matrix in
 * pieces: the little-endian elements follow, row-major.
 *
 * @throws AppError `argument_invalid` for a shape that is none.
 */
export function npyHeader(shape: readonly number[], dtype: NpyWriteType): Uint8Array {
  if (shape.some((extent) => !Number.isSafeInteger(extent) || extent < 0) || shape.length > 64) {
    throw new AppError('argument_invalid', `a .npy file cannot have the shape [${shape.join(', ')}]`);
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${CODES[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  return bytes;
}

/** An array to be written, row-major. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

/**
 * A whole .npy file; the type is that of the data.
 *
 * @throws AppError `shape_mismatch` if the data does not fill the shape; `argument_invalid` for an invalid shape.
 */
export function writeNpy({ shape, data }: NpyArray): Uint8Array {
  const header = npyHeader(shape, typeOf(data));
  if (elementCount(shape) !== data.length) {
    throw new AppError(
      'shape_mismatch',
      `${data.length} numbers do not fill the shape [${shape.join(', ')}]`,
    );
  }
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

function typeOf(data: NumberArray): NpyWriteType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Uint16Array ? 'uint16' : 'uint32';
}
