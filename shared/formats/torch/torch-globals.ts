import { ELEMENT_BYTES, type ElementType } from '../numbers/element-type.ts';
import { NUMPY_GLOBALS } from '../pickle/numpy-globals.ts';
import {
  type Construction,
  PickleFunction,
  type PickleGlobals,
  PYTHON_GLOBALS,
} from '../pickle/pickle-globals.ts';
import type { TensorViews } from './tensor-views.ts';
import { STORAGE_TYPES, type TorchStorage } from './torch-storage.ts';

/** PyTorch's dtypes under their current and earlier names. */
const DTYPES: ReadonlyMap<string, ElementType> = new Map([
  ...(Object.keys(ELEMENT_BYTES) as ElementType[]).map((type): [string, ElementType] => [
    `torch.${type}`,
    type,
  ]),
  ['torch.half', 'float16'],
  ['torch.float', 'float32'],
  ['torch.double', 'float64'],
  ['torch.short', 'int16'],
  ['torch.int', 'int32'],
  ['torch.long', 'int64'],
]);

/** Ordinary tensors, which some versions rebuild by naming their class. */
const TENSOR_CLASSES = ['torch.Tensor', 'torch.nn.parameter.Parameter'];

function isStorage(value: unknown): value is TorchStorage {
  return typeof value === 'object' && value !== null && 'key' in value && 'from' in value;
}

/** `(storage, offset, shape, strides, requires_grad, hooks, …)`; gradients and hooks are not part of a value. */
function rebuildTensor(views: TensorViews): PickleFunction {
  return new PickleFunction(([storage, offset, shape, strides], construction) => {
    if (!isStorage(storage)) throw construction.invalid('a tensor without a storage');
    return views.tensor(storage, offset, shape, strides, undefined, construction);
  });
}

/** The same with the dtype as seventh argument: tensors of types without storage types of their own. */
function rebuildTypedTensor(views: TensorViews): PickleFunction {
  return new PickleFunction(([storage, offset, shape, strides, , , name], construction) => {
    const dtype = typeof name === 'string' ? DTYPES.get(name) : undefined;
    if (!isStorage(storage) || dtype === undefined)
      throw construction.invalid('a tensor without a storage and a dtype');
    return views.tensor(storage, offset, shape, strides, dtype, construction);
  });
}

/** `(tensor, requires_grad, hooks)`: a parameter is its tensor. */
function rebuildParameter([tensor]: readonly unknown[], construction: Construction): unknown {
  if (typeof tensor !== 'object' || tensor === null || !('data' in tensor)) {
    throw construction.invalid('a parameter without a tensor');
  }
  return tensor;
}

/** `(function, class, arguments, state)` */
function rebuildFromType([rebuild, type, args]: readonly unknown[], construction: Construction): unknown {
  if (
    !(rebuild instanceof PickleFunction) ||
    !Array.isArray(args) ||
    typeof type !== 'string' ||
    !TENSOR_CLASSES.includes(type)
  ) {
    throw construction.unsupported('a tensor of a special class');
  }
  return rebuild.call(args as unknown[], construction);
}

/** `(extents)` */
function size([extents = []]: readonly unknown[], construction: Construction): unknown {
  if (!Array.isArray(extents)) throw construction.invalid('a torch.Size of something other than extents');
  return extents;
}

/** `('cuda', 0)` as `cuda:0` */
function device([type, index]: readonly unknown[], construction: Construction): unknown {
  if (typeof type !== 'string') throw construction.invalid('a torch.device without a name');
  construction.spend(type.length);
  return typeof index === 'number' ? `${type}:${index}` : type;
}

/** The allow-list of a checkpoint whose tensors are collected in `views`. */
export function torchGlobals(views: TensorViews): PickleGlobals {
  const tensor = rebuildTensor(views);
  const parameter = new PickleFunction(rebuildParameter);
  return new Map<string, PickleFunction | string>([
    ...PYTHON_GLOBALS,
    ...NUMPY_GLOBALS,
    ...[...STORAGE_TYPES.keys(), ...DTYPES.keys(), ...TENSOR_CLASSES].map((name): [string, string] => [
      name,
      name,
    ]),
    ['torch._utils._rebuild_tensor', tensor],
    ['torch._utils._rebuild_tensor_v2', tensor],
    ['torch._utils._rebuild_tensor_v3', rebuildTypedTensor(views)],
    ['torch._utils._rebuild_parameter', parameter],
    ['torch._utils._rebuild_parameter_with_state', parameter],
    ['torch._tensor._rebuild_from_type_v2', new PickleFunction(rebuildFromType)],
    ['torch.Size', new PickleFunction(size)],
    ['torch.device', new PickleFunction(device)],
  ]);
}
