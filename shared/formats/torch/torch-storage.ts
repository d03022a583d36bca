import { ELEMENT_BYTES, type ElementType } from '../numbers/element-type.ts';
import type { Construction } from '../pickle/pickle-globals.ts';

/** Numbers of a checkpoint that tensors are views of: a storage, and the first element. */
export interface TorchStorage {
  readonly key: string;
  /** Undefined for bytes whose type is only known to a tensor. */
  readonly type: ElementType | undefined;
  /** Elements of the whole storage; bytes if there is no type. */
  readonly length: number;
  /** The elements of it that belong here: all, or those of a view in old versions of PyTorch. */
  readonly from: number;
  readonly to: number;
}

const TYPES: Record<string, ElementType> = {
  Float: 'float32',
  Double: 'float64',
  Half: 'float16',
  BFloat16: 'bfloat16',
  Long: 'int64',
  Int: 'int32',
  Short: 'int16',
  Char: 'int8',
  Byte: 'uint8',
  Bool: 'bool',
};

/** Element type by the global that names a storage type; undefined for bytes without a type. */
export const STORAGE_TYPES: ReadonlyMap<string, ElementType | undefined> = new Map([
  ...Object.entries(TYPES).flatMap(([name, type]): [string, ElementType][] => [
    [`torch.${name}Storage`, type],
    [`torch.cuda.${name}Storage`, type],
  ]),
  ['torch.UntypedStorage', undefined],
  ['torch.storage.UntypedStorage', undefined],
]);

/** A whole number that can be a size or an offset. */
export function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Reads a persistent id: `('storage', type, key, location, length)`, in old files followed by nothing or by
 * `(view key, offset, length)`.
 */
export function storageOf(id: unknown, construction: Construction): TorchStorage {
  if (typeof id === 'string') {
    throw construction.unsupported(
      'storages named in text, as by pickle protocol 0; save it again with torch.save(value, FILE)',
    );
  }
  const broken = () => construction.invalid('a storage without type, key and length');
  if (!Array.isArray(id) || id.length < 5 || id.length > 6) throw broken();
  const [kind, global, key, , length, view = null] = id as unknown[];
  if (kind !== 'storage' || typeof global !== 'string' || !STORAGE_TYPES.has(global)) throw broken();
  if (typeof key !== 'string' || !isSize(length)) throw broken();
  const whole = { key, type: STORAGE_TYPES.get(global), length, from: 0, to: length };
  if (view === null) return whole;
  const [, from, size] = Array.isArray(view) ? (view as unknown[]) : [];
  if (!isSize(from) || !isSize(size) || from + size > length) throw broken();
  return { ...whole, from, to: from + size };
}

/** Bytes of a whole storage. */
export function storageBytes({ type, length }: TorchStorage): number {
  return type === undefined ? length : length * ELEMENT_BYTES[type];
}
