import { ByteWriter } from '../byte-writer.ts';
import { concatenate } from '../concatenate.ts';
import {
  type Picklable,
  PickleCall,
  PickleFloat,
  PickleGlobal,
  PickleInstance,
} from '../pickle/pickle-values.ts';
import { writePickle } from '../pickle/write-pickle.ts';
import { writeStoredZip } from '../zip/zip-writer.ts';
import {
  type CheckpointTensor,
  type CheckpointValue,
  Namespace,
  OrderedDictionary,
} from './checkpoint-value.ts';
import { LEGACY } from './legacy-checkpoint.ts';
import { WrittenStorages } from './written-storages.ts';

/** `legacy` is what PyTorch wrote before 1.6, and the format of the published checkpoints; `zip` is the current format. */
export type CheckpointFormat = 'legacy' | 'zip';

const ORDERED = new PickleGlobal('collections', 'OrderedDict');
const NAMESPACE = new PickleGlobal('argparse', 'Namespace');

/** The folder in the archive, with the name that `torch.save` uses when it does not know the file's name. */
const FOLDER = 'archive';
/** Bytes to which PyTorch aligns storages, so that they can be mapped into memory. */
const ALIGNMENT = 64;

/**
 * The bytes of a checkpoint that `torch.load` reads: the inverse of `readCheckpoint`. The numbers are copied once. The
 * same value gives the same bytes.
 *
 * @throws AppError `argument_invalid`, `shape_mismatch`, `format_unsupported` (a zip archive beyond 4 GiB).
 */
export async function writeCheckpoint(value: CheckpointValue, format: CheckpointFormat): Promise<Uint8Array> {
  const storages = new WrittenStorages(format);
  const contents = writePickle(picklable(value, storages));
  return format === 'legacy' ? legacyFile(contents, storages) : zipFile(contents, storages);
}

function isTensor(value: object): value is CheckpointTensor {
  return 'shape' in value && 'data' in value;
}

function isList(value: object): value is readonly CheckpointValue[] {
  return Array.isArray(value);
}

/** The same value with its tensors replaced by what rebuilds them; their numbers are collected in `storages`. */
function picklable(value: CheckpointValue, storages: WrittenStorages): Picklable {
  const entries = (map: ReadonlyMap<string, CheckpointValue>): Map<string, Picklable> =>
    new Map([...map].map(([key, inner]) => [key, picklable(inner, storages)]));
  if (value === null || typeof value !== 'object' || value instanceof PickleFloat) return value;
  if (value instanceof OrderedDictionary) return new PickleCall(ORDERED, [], entries(value.entries));
  if (value instanceof Namespace) return new PickleInstance(NAMESPACE, entries(value.entries));
  if (isList(value)) return value.map((inner) => picklable(inner, storages));
  return isTensor(value) ? storages.picklable(value) : entries(value);
}

/** Pickles of the magic number, the protocol version, the machine, the contents and the keys of the storages; storages. */
function legacyFile(contents: Uint8Array, storages: WrittenStorages): Uint8Array {
  const system = new Map<string, Picklable>([
    ['protocol_version', LEGACY.protocol],
    ['little_endian', true],
    ['type_sizes', new Map(Object.entries({ short: 2, int: 4, long: 4 }))],
  ]);
  const list = storages.list();
  return concatenate([
    writePickle(LEGACY.magic),
    writePickle(LEGACY.protocol),
    writePickle(system),
    contents,
    writePickle(list.map(({ key }) => key)),
    ...list.flatMap(({ length, bytes }) => [lengthBytes(length), bytes]),
  ]);
}

function lengthBytes(length: number): Uint8Array {
  const writer = new ByteWriter();
  writer.uint64(length);
  return writer.finish();
}

/** The pickle of the contents, what is needed to read it, and a member for each storage. */
function zipFile(contents: Uint8Array, storages: WrittenStorages): Promise<Uint8Array> {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const members: readonly [name: string, bytes: Uint8Array][] = [
    ['data.pkl', contents],
    ['.format_version', text('1')],
    ['.storage_alignment', text(String(ALIGNMENT))],
    ['byteorder', text('little')],
    ...storages.list().map(({ key, bytes }): [string, Uint8Array] => [`data/${key}`, bytes]),
    ['version', text('3\n')],
  ];
  return writeStoredZip(new Map(members.map(([name, bytes]) => [`${FOLDER}/${name}`, bytes])), ALIGNMENT);
}
