import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import {
  ELEMENT_BYTES,
  type ElementType,
  elementCount,
  exactArray,
  type NumberArray,
  type NumberTensor,
} from '../numbers/element-type.ts';
import { allocate, readElements } from '../numbers/read-elements.ts';
import { gatherStrided } from '../numbers/strided.ts';
import type { Construction } from '../pickle/pickle-globals.ts';
import { isSize, storageOf, type TorchStorage } from './torch-storage.ts';

/** A tensor of a checkpoint. Its numbers are read after the pickle has said where all of them are. */
class TorchTensor implements NumberTensor {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  data: NumberArray = new Float32Array(0);

  constructor(dtype: ElementType, shape: readonly number[]) {
    this.dtype = dtype;
    this.shape = shape;
  }
}

/** The position of numbers in a storage: from `offset` elements, by `strides` elements along each axis of `shape`. */
interface View {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** Elements from the first to the last one. */
  readonly span: number;
  readonly tensors: TorchTensor[];
}

/** The offset of the bytes of a storage. */
export interface StorageBytes {
  readonly source: ByteSource;
  readonly offset: number;
}

/** The limit of numpy and PyTorch. */
const MOST_AXES = 64;
/** Bytes that all tensors together may take: a minimum that small files may use, and several times the size of the file. */
const BASE_BYTES = 64 << 20;
const BYTES_PER_BYTE = 8;

/** Collects the storages and tensors of one pickle, then reads their numbers. */
export class TensorViews {
  readonly #storages = new Map<string, { storage: TorchStorage; views: Map<string, View> }>();
  #bytesLeft: number;

  /** @param size bytes of the file: tensors may share numbers, but not multiply them. */
  constructor(size: number) {
    this.#bytesLeft = BASE_BYTES + BYTES_PER_BYTE * size;
  }

  /** The storages by key. */
  storages(): ReadonlyMap<string, TorchStorage> {
    return new Map([...this.#storages].map(([key, { storage }]) => [key, storage]));
  }

  /** The storage of a persistent id; the same key is always the same storage. */
  storage(id: unknown, construction: Construction): TorchStorage {
    const storage = storageOf(id, construction);
    const { key, type, length } = storage;
    const known = this.#storages.get(key);
    if (known === undefined) {
      this.#storages.set(key, { storage, views: new Map() });
    } else if (known.storage.type !== type || known.storage.length !== length) {
      throw construction.invalid(`storage ${JSON.stringify(key.slice(0, 40))} with two types or lengths`);
    }
    return storage;
  }

  /**
   * A tensor that is a view of a storage.
   *
   * @param dtype of a storage of bytes; undefined if the storage has a type.
   */
  tensor(
    storage: TorchStorage,
    offset: unknown,
    shape: unknown,
    strides: unknown,
    dtype: ElementType | undefined,
    construction: Construction,
  ): NumberTensor {
    const held = this.#storages.get(storage.key);
    const type = storage.type ?? dtype;
    if (held === undefined || type === undefined) throw construction.invalid('a tensor without a type');
    if (dtype !== undefined && dtype !== type)
      throw construction.invalid('a tensor of another type than its storage');
    if (!isSize(offset) || !isShape(shape) || !isShape(strides) || shape.length !== strides.length) {
      throw construction.invalid('a tensor without offset, shape and strides');
    }
    const tensor = new TorchTensor(type, shape);
    const first = offset + storage.from;
    const id = `${type} ${first} ${shape.join()} ${strides.join()}`;
    const view = held.views.get(id);
    if (view !== undefined) {
      view.tensors.push(tensor);
      return tensor;
    }
    const count = elementCount(shape);
    const span =
      count === 0
        ? 0
        : shape.reduce((sum, extent, axis) => sum + (extent - 1) * (strides[axis] as number), 1);
    const width = storage.type === undefined ? ELEMENT_BYTES[type] : 1;
    if (!((first + span) * width <= storage.to || count === 0)) {
      throw construction.invalid(`a tensor [${shape.join(', ')}] that extends beyond its storage`);
    }
    this.#bytesLeft -= 8 * (count + span);
    if (this.#bytesLeft < 0) throw construction.unsupported('tensors many times as large as the file');
    held.views.set(id, { dtype: type, shape, strides, offset: first, span, tensors: [tensor] });
    return tensor;
  }

  /** Reads the numbers of all tensors. Tensors of exactly the same view share them. */
  async fill(name: string, locate: (storage: TorchStorage) => Promise<StorageBytes>): Promise<void> {
    for (const { storage, views } of this.#storages.values()) {
      if (views.size === 0) {
        throw new AppError('format_unsupported', `${name}: holds a storage without a tensor`, {
          hint: 'save tensors rather than their storages',
        });
      }
      const bytes = await locate(storage);
      for (const view of views.values()) {
        const data = await readView(name, bytes, view);
        for (const tensor of view.tensors) tensor.data = data;
      }
    }
  }
}

async function readView(name: string, { source, offset }: StorageBytes, view: View): Promise<NumberArray> {
  const { dtype, shape, strides, span } = view;
  const create = (count: number) => exactArray(dtype, count);
  const start = offset + view.offset * ELEMENT_BYTES[dtype];
  const stretch = allocate(name, span, create);
  await readElements(source, start, span, { type: dtype, littleEndian: true }, stretch);
  if (isDense(shape, strides)) return stretch;
  return gatherStrided(stretch, 0, shape, strides, allocate(name, elementCount(shape), create));
}

/** Whether the elements are row-major and consecutive. */
function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  return shape.every(
    (extent, axis) =>
      extent === 1 || strides[axis] === elementCount(shape.slice(axis + 1)) || shape.includes(0),
  );
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= MOST_AXES && (value as unknown[]).every(isSize);
}
