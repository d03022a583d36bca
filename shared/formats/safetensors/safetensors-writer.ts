import { AppError } from '../../errors/index.ts';
import { elementCount } from '../numbers/element-type.ts';

/** A float32 tensor to write, row-major. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor with fewer bits: float16 as the bits of each number, or int8. */
export interface CompactTensor {
  readonly shape: readonly number[];
  readonly data: Uint16Array | Int8Array;
}

function dtypeOf(data: (FloatTensor | CompactTensor)['data']): 'F32' | 'F16' | 'I8' {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int8Array ? 'I8' : 'F16';
}

/**
 * A safetensors file of tensors, in their order. The same tensors, order and metadata give the same bytes. The header is
 * padded to a multiple of 8 bytes, so that every tensor is aligned if tensors of wider types come first.
 *
 * @throws AppError `shape_mismatch` if data does not fill its shape; `argument_invalid` for a tensor with a reserved name.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, FloatTensor | CompactTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  for (const [name, { shape, data }] of tensors) {
    if (elementCount(shape) !== data.length) {
      throw new AppError(
        'shape_mismatch',
        `tensor "${name}" holds ${data.length} numbers for [${shape.join(', ')}]`,
      );
    }
  }
  const header = safetensorsHeader(
    [...tensors].map(([name, { shape, data }]) => ({
      name,
      dtype: dtypeOf(data),
      shape,
      bytes: data.byteLength,
    })),
    metadata,
  );
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, header.length);
  const bytes = new Uint8Array(total);
  bytes.set(header);
  let at = header.length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** A tensor of a file, before its numbers. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/**
 * The start of a file whose tensors follow one another in this order: length and JSON, padded to a multiple of 8 bytes.
 *
 * @throws AppError `argument_invalid` for a tensor of a reserved name.
 */
export function safetensorsHeader(
  tensors: readonly TensorEntry[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: [string, unknown][] = metadata === undefined ? [] : [['__metadata__', metadata]];
  let end = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    if (name === '__metadata__')
      throw new AppError('argument_invalid', `a tensor cannot have the name ${name}`);
    entries.push([name, { dtype, shape, data_offsets: [end, end + bytes] }]);
    end += bytes;
  }
  // Not JSON.stringify of an object: it would move names that look like numbers to the front.
  const json = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}
