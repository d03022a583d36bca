/** A Python float. A JavaScript number that is whole would be written as an int, whatever it represents. */
export class PickleFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A Python tuple; plain arrays are lists. */
export class PickleTuple {
  readonly items: readonly Picklable[];

  constructor(items: readonly Picklable[]) {
    this.items = items;
  }
}

/** A class or function of a Python module, which the reader must have. */
export class PickleGlobal {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
}

/** The result of calling a global; for a kind of dictionary, with entries that are then set. */
export class PickleCall {
  readonly callee: PickleGlobal;
  readonly parameters: readonly Picklable[];
  readonly entries: ReadonlyMap<string, Picklable>;

  constructor(
    callee: PickleGlobal,
    parameters: readonly Picklable[],
    entries: ReadonlyMap<string, Picklable> = new Map(),
  ) {
    this.callee = callee;
    this.parameters = parameters;
    this.entries = entries;
  }
}

/** An instance of a class, made without calling its constructor, with these attributes. */
export class PickleInstance {
  readonly type: PickleGlobal;
  readonly attributes: ReadonlyMap<string, Picklable>;

  constructor(type: PickleGlobal, attributes: ReadonlyMap<string, Picklable>) {
    this.type = type;
    this.attributes = attributes;
  }
}

/** An object outside of the pickle, by whatever identifies it to the reader. */
export class PicklePersistent {
  readonly id: Picklable;

  constructor(id: Picklable) {
    this.id = id;
  }
}

/**
 * What can be pickled: None, bool, int (whole numbers and bigints), float, str, list, dict, and the kinds above.
 */
export type Picklable =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Picklable[]
  | ReadonlyMap<string, Picklable>
  | PickleFloat
  | PickleTuple
  | PickleGlobal
  | PickleCall
  | PickleInstance
  | PicklePersistent;
