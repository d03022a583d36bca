import { AppError } from '../../errors/index.ts';
import { elementCount, type NumberArray } from '../numbers/element-type.ts';
import {
  type Picklable,
  PickleCall,
  PickleGlobal,
  PicklePersistent,
  PickleTuple,
} from '../pickle/pickle-values.ts';
import type { CheckpointTensor } from './checkpoint-value.ts';

/** The numbers of one or more tensors, as a checkpoint stores them. */
interface WrittenStorage {
  readonly key: string;
  /** Elements. */
  readonly length: number;
  /** Their bytes, not copied. */
  readonly bytes: Uint8Array;
}

const REBUILD = new PickleGlobal('torch._utils', '_rebuild_tensor_v2');
const ORDERED = new PickleGlobal('collections', 'OrderedDict');

/** PyTorch's name for storages of that type; undefined if there is none. */
function storageType(data: NumberArray): string | undefined {
  if (data instanceof Float32Array) return 'FloatStorage';
  if (data instanceof Float64Array) return 'DoubleStorage';
  if (data instanceof Int32Array) return 'IntStorage';
  if (data instanceof Int16Array) return 'ShortStorage';
  if (data instanceof Int8Array) return 'CharStorage';
  return data instanceof Uint8Array ? 'ByteStorage' : undefined;
}

/**
 * Collects the storages of the tensors in a checkpoint: one for each array, so that tensors of the same array share
 * one.
 */
export class WrittenStorages {
  readonly #format: 'legacy' | 'zip';
  readonly #storages = new Map<NumberArray, WrittenStorage>();

  constructor(format: 'legacy' | 'zip') {
    this.#format = format;
  }

  list(): WrittenStorage[] {
    return [...this.#storages.values()];
  }

  /**
   * What rebuilds the tensor from its storage.
   *
   * @throws AppError `shape_mismatch`, `argument_invalid` for a type that PyTorch has no storage of.
   */
  picklable({ shape, data }: CheckpointTensor): Picklable {
    if (elementCount(shape) !== data.length) {
      throw new AppError(
        'shape_mismatch',
        `a tensor of ${data.length} numbers does not fit [${shape.join(', ')}]`,
      );
    }
    const strides = shape.map((_, axis) => Math.max(1, elementCount(shape.slice(axis + 1))));
    return new PickleCall(REBUILD, [
      this.#reference(data),
      0,
      new PickleTuple(shape),
      new PickleTuple(strides),
      false,
      new PickleCall(ORDERED, []),
    ]);
  }

  #reference(data: NumberArray): Picklable {
    const type = storageType(data);
    if (type === undefined) {
      throw new AppError('argument_invalid', `a checkpoint cannot hold a ${data.constructor.name}`, {
        hint: 'PyTorch has storages of float32, float64, int8, int16, int32 and uint8',
      });
    }
    const { key } = this.#storageOf(data);
    const id = ['storage', new PickleGlobal('torch', type), key, 'cpu', data.length];
    // The legacy format has a sixth entry, for views.
    return new PicklePersistent(new PickleTuple(this.#format === 'legacy' ? [...id, null] : id));
  }

  #storageOf(data: NumberArray): WrittenStorage {
    const known = this.#storages.get(data);
    if (known !== undefined) return known;
    const storage = {
      key: String(this.#storages.size),
      length: data.length,
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
    this.#storages.set(data, storage);
    return storage;
  }
}
