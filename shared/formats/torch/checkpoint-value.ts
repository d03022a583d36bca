import type { NumberArray } from '../numbers/element-type.ts';
import type { PickleFloat } from '../pickle/pickle-values.ts';

/** A dense tensor to be written, row-major; its type is that of the data. */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

/** A `collections.OrderedDict`, as state dictionaries are. */
export class OrderedDictionary {
  readonly entries: ReadonlyMap<string, CheckpointValue>;

  constructor(entries: ReadonlyMap<string, CheckpointValue>) {
    this.entries = entries;
  }
}

/** An `argparse.Namespace`: options of a command. */
export class Namespace {
  readonly entries: ReadonlyMap<string, CheckpointValue>;

  constructor(entries: ReadonlyMap<string, CheckpointValue>) {
    this.entries = entries;
  }
}

/** Values that a checkpoint can hold: plain values, lists, dictionaries, and tensors. */
export type CheckpointValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleFloat
  | readonly CheckpointValue[]
  | ReadonlyMap<string, CheckpointValue>
  | OrderedDictionary
  | Namespace
  | CheckpointTensor;
