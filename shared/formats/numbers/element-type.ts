/**
 * The type of an element of a file's array. 64-bit integers are read as JavaScript numbers: exactly, or refused beyond
 * 2^53.
 */
export type ElementType = keyof typeof ELEMENT_BYTES;

/** Bytes of one element. */
export const ELEMENT_BYTES = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
} as const;

/** The typed arrays that numbers are returned in. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** A dense array of numbers, row-major. */
export interface NumberTensor {
  /** The type of the elements in the file. */
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  /** The smallest array type that holds them exactly: halves in float32, 64-bit integers in float64, booleans in uint8. */
  readonly data: NumberArray;
}

const EXACT_ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: Float64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: Float64Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** A new array of zeros that holds `count` elements of that type exactly. */
export function exactArray(type: ElementType, count: number): NumberArray {
  return new EXACT_ARRAYS[type](count);
}

/** Number of elements of a shape; 1 for a scalar. Not a safe integer for a shape that does not fit into memory. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, extent) => product * extent, 1);
}
