import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { type ElementType, elementCount, exactArray, type NumberTensor } from '../numbers/element-type.ts';
import { allocate, readElements } from '../numbers/read-elements.ts';
import { readSafetensorsHeader, type SafetensorsDtype, type SafetensorsEntry } from './safetensors-header.ts';

/** The types that can be read as JavaScript numbers. */
const ELEMENT_TYPES: Partial<Record<SafetensorsDtype, ElementType>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  U16: 'uint16',
  I16: 'int16',
  F16: 'float16',
  BF16: 'bfloat16',
  U32: 'uint32',
  I32: 'int32',
  F32: 'float32',
  U64: 'uint64',
  I64: 'int64',
  F64: 'float64',
};

/** Named tensors of a safetensors file, read one by one. */
export interface SafetensorsReader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In their order in the file. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /**
   * All of one tensor, row-major.
   *
   * @throws AppError `format_invalid` if there is no tensor of that name; `format_unsupported` for a dtype that JavaScript
   *   numbers cannot hold (8-bit floats, complex numbers) or an integer beyond 2^53; `memory_exhausted`.
   */
  read(name: string): Promise<NumberTensor>;
}

/**
 * Opens a safetensors file. Names are unique, every tensor is as long as its shape says, and together they fill the file
 * without gap or overlap. The caller closes the source after the reader's last use.
 *
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsReader> {
  const { metadata, tensors } = await readSafetensorsHeader(source);
  return {
    metadata,
    tensors,
    read: async (name) => {
      const entry = tensors.get(name);
      if (entry === undefined) {
        throw new AppError('format_invalid', `${source.name}: has no tensor ${JSON.stringify(name)}`, {
          hint: 'the file belongs to another model, or is not complete',
        });
      }
      const type = ELEMENT_TYPES[entry.dtype];
      if (type === undefined) {
        throw new AppError(
          'format_unsupported',
          `${source.name}: tensor ${JSON.stringify(name)} is ${entry.dtype}`,
          {
            hint: 'save it as F32',
          },
        );
      }
      const { shape, offset } = entry;
      const data = allocate(source.name, elementCount(shape), (count) => exactArray(type, count));
      await readElements(source, offset, data.length, { type, littleEndian: true }, data);
      return { dtype: type, shape, data };
    },
  };
}
