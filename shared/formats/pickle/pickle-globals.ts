import type { AppError } from '../../errors/index.ts';
import { encodeLatin1 } from '../latin1.ts';

/** What a global of the allow-list may do while a pickle is read. */
export interface Construction {
  /** Defines what the BUILD instruction does to an object that the global has made. */
  onBuild(object: object, build: (state: unknown) => void): void;
  /** Counts memory that does not come from as many bytes of the pickle; refuses amounts out of proportion. */
  spend(bytes: number): void;
  invalid(what: string): AppError;
  unsupported(what: string): AppError;
}

/**
 * A global of the allow-list that can be called. What it makes is implemented here; no Python code is run.
 */
export class PickleFunction {
  readonly call: (args: readonly unknown[], construction: Construction) => unknown;

  constructor(call: (args: readonly unknown[], construction: Construction) => unknown) {
    this.call = call;
  }
}

/**
 * The allow-list, by `module.name`. An entry that is not a function (a storage type, a dtype) stands for itself by its
 * name and cannot be called.
 */
export type PickleGlobals = ReadonlyMap<string, PickleFunction | string>;

/** Approximate memory of an entry of a dictionary or a set. */
const ENTRY_BYTES = 64;

function orderedDict(args: readonly unknown[], construction: Construction): Map<unknown, unknown> {
  const [pairs = [], ...more] = args;
  if (!Array.isArray(pairs) || more.length > 0)
    throw construction.invalid('an OrderedDict of something other than pairs');
  construction.spend(ENTRY_BYTES * pairs.length);
  const entries = new Map<unknown, unknown>();
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw construction.invalid('an OrderedDict of something other than pairs');
    entries.set(pair[0], pair[1]);
  }
  // PyTorch attaches the versions of a state dictionary's modules to it, which say nothing about its values.
  construction.onBuild(entries, () => {});
  return entries;
}

function namespace(args: readonly unknown[], construction: Construction): Map<unknown, unknown> {
  if (args.length > 0) throw construction.invalid('an argparse.Namespace made from something');
  const options = new Map<unknown, unknown>();
  construction.onBuild(options, (state) => {
    if (!(state instanceof Map))
      throw construction.invalid('an argparse.Namespace whose state is not a dictionary');
    construction.spend(ENTRY_BYTES * state.size);
    for (const [key, value] of state) options.set(key, value);
  });
  return options;
}

function setOf(args: readonly unknown[], construction: Construction): Set<unknown> {
  const [items = [], ...more] = args;
  if (!Array.isArray(items) || more.length > 0)
    throw construction.invalid('a set of something other than a list');
  construction.spend(ENTRY_BYTES * items.length);
  return new Set(items as unknown[]);
}

function reconstructor(
  [type, base, state, ...more]: readonly unknown[],
  construction: Construction,
): unknown {
  const plain = type instanceof PickleFunction && base === 'builtins.object' && state === null;
  if (!plain || more.length > 0)
    throw construction.invalid('copyreg._reconstructor of something other than an object');
  return type.call([], construction);
}

/** Protocols up to 2 have no bytes: Python 3 writes them as text. */
function codecsEncode([text, encoding]: readonly unknown[], construction: Construction): Uint8Array {
  if (typeof text !== 'string' || encoding !== 'latin1')
    throw construction.invalid('_codecs.encode into something other than latin1');
  construction.spend(text.length);
  const bytes = encodeLatin1(text);
  if (bytes === undefined) throw construction.invalid('_codecs.encode of a character beyond latin1');
  return bytes;
}

const SET = new PickleFunction(setOf);
const RECONSTRUCTOR = new PickleFunction(reconstructor);

/** Python's own globals, under the names of Python 3 and 2. */
export const PYTHON_GLOBALS: PickleGlobals = new Map<string, PickleFunction | string>([
  ['collections.OrderedDict', new PickleFunction(orderedDict)],
  ['argparse.Namespace', new PickleFunction(namespace)],
  ['_codecs.encode', new PickleFunction(codecsEncode)],
  ['builtins.set', SET],
  ['__builtin__.set', SET],
  ['builtins.frozenset', SET],
  ['__builtin__.frozenset', SET],
  ['builtins.object', 'builtins.object'],
  ['__builtin__.object', 'builtins.object'],
  ['copyreg._reconstructor', RECONSTRUCTOR],
  ['copy_reg._reconstructor', RECONSTRUCTOR],
]);
