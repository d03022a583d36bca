import { zipSync } from 'fflate';
import {
  build,
  call,
  dict,
  global,
  int,
  list,
  littleEndian,
  long,
  none,
  type Pickled,
  persistent,
  pickle,
  text,
  truth,
  tuple,
} from './pickle-bytes.ts';

/** A storage of a checkpoint: the name of its type in PyTorch, and its bytes. */
export interface StorageFile {
  readonly type: string;
  readonly key: string;
  /** Elements. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

export function storageFile(
  key: string,
  type: string,
  numbers: ArrayBufferView & { length: number },
): StorageFile {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return { key, type, length: numbers.length, bytes };
}

export const storage = ({ type, key, length }: StorageFile, ...view: Pickled[]): Pickled =>
  persistent(tuple(text('storage'), global('torch', type), text(key), text('cpu'), int(length), ...view));

/** A tensor that is a view of a storage. */
export const tensor = (
  of: Pickled,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Pickled =>
  call(
    global('torch._utils', '_rebuild_tensor_v2'),
    of,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    truth(false),
    call(global('collections', 'OrderedDict')),
  );

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** A checkpoint of the legacy format. */
export function legacyFile(contents: Pickled, storages: readonly StorageFile[]): Uint8Array {
  return join([
    pickle(long(0x1950a86a20f9469cfc6cn, 10)),
    pickle(int(1001)),
    pickle(
      dict([text('protocol_version'), int(1001)], [text('little_endian'), truth(true)], [text('x'), none]),
    ),
    pickle(contents),
    pickle(list(...storages.map(({ key }) => text(key)))),
    ...storages.flatMap(({ length, bytes }) => [Uint8Array.from(littleEndian(length, 8)), bytes]),
  ]);
}

/** A checkpoint of the zip format. */
export function zipFile(
  contents: Pickled,
  storages: readonly StorageFile[],
  byteOrder = 'little',
): Uint8Array {
  return zipSync(
    {
      'model/data.pkl': pickle(contents),
      'model/byteorder': new TextEncoder().encode(byteOrder),
      ...Object.fromEntries(storages.map(({ key, bytes }) => [`model/data/${key}`, bytes])),
      'model/version': new TextEncoder().encode('3\n'),
    },
    { level: 0 },
  );
}

/**
 * A checkpoint of the legacy format in pickle protocol 1 or 0, which have no instructions for long integers and truth values:
 * a tensor `w` and options `opt`.
 *
 * @param id writes the identity of a storage: by protocol 1 as a tuple, by protocol 0 in text.
 */
export function earlyFile(id: (file: StorageFile) => Pickled): Uint8Array {
  const ascii = (value: string): number[] => [...new TextEncoder().encode(value)];
  const file = storageFile('77', 'FloatStorage', Float32Array.of(1, 2, 3, 4, 5, 6.5));
  const view = call(
    global('torch._utils', '_rebuild_tensor_v2'),
    id(file),
    ascii('I0\n'),
    tuple(ascii('I2\n'), ascii('I3\n')),
    tuple(ascii('I3\n'), ascii('I1\n')),
    ascii('I00\n'),
    call(global('collections', 'OrderedDict')),
  );
  // As `copyreg` makes objects before protocol 2.
  const options = build(
    call(
      global('copy_reg', '_reconstructor'),
      global('argparse', 'Namespace'),
      global('__builtin__', 'object'),
      none,
    ),
    dict([ascii('Vmargin\n'), ascii('F0.2\n')]),
  );
  const parts: Pickled[] = [
    ascii('L119547037146038801333356L\n'),
    ascii('I1001\n'),
    dict([ascii('Vlittle_endian\n'), ascii('I01\n')]),
    dict([ascii('Vw\n'), view], [ascii('Vopt\n'), options]),
    list(ascii('V77\n')),
  ];
  const pickles = parts.flatMap((part) => [...part, ...ascii('.')]);
  return Uint8Array.from([...pickles, ...littleEndian(file.length, 8), ...file.bytes]);
}
