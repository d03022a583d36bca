import { AppError } from '../../errors/index.ts';
import { ByteWriter } from '../byte-writer.ts';
import {
  type Picklable,
  PickleCall,
  PickleFloat,
  PickleGlobal,
  PickleInstance,
  PicklePersistent,
  PickleTuple,
} from './pickle-values.ts';

/** Every Python since 2.3 reads it, and PyTorch writes it. */
const PROTOCOL = 2;
/** Deeper than any checkpoint; deeper values most likely contain themselves. */
const DEEPEST = 100;
/** LONG1 has one byte for the length. */
const LONGEST_INTEGER = 255;

/** The instructions that are written, by their names in Python's `pickletools`. */
const CODES = {
  PROTO: 0x80,
  STOP: '.'.charCodeAt(0),
  MARK: '('.charCodeAt(0),
  NONE: 'N'.charCodeAt(0),
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  BININT: 'J'.charCodeAt(0),
  BININT1: 'K'.charCodeAt(0),
  BININT2: 'M'.charCodeAt(0),
  LONG1: 0x8a,
  BINFLOAT: 'G'.charCodeAt(0),
  BINUNICODE: 'X'.charCodeAt(0),
  EMPTY_LIST: ']'.charCodeAt(0),
  APPENDS: 'e'.charCodeAt(0),
  EMPTY_TUPLE: ')'.charCodeAt(0),
  TUPLE: 't'.charCodeAt(0),
  EMPTY_DICT: '}'.charCodeAt(0),
  SETITEMS: 'u'.charCodeAt(0),
  GLOBAL: 'c'.charCodeAt(0),
  REDUCE: 'R'.charCodeAt(0),
  NEWOBJ: 0x81,
  BUILD: 'b'.charCodeAt(0),
  BINPERSID: 'Q'.charCodeAt(0),
} as const;

/**
 * Pickles a value by protocol 2. Nothing is memoised: a value that occurs twice in the tree is written twice, and is
 * read as two equal objects.
 *
 * @throws AppError `argument_invalid` for text that is no Unicode, integers beyond 255 bytes, and values that hold
 *   themselves.
 */
export function writePickle(value: Picklable): Uint8Array {
  const writer = new ByteWriter();
  writer.uint8(CODES.PROTO);
  writer.uint8(PROTOCOL);
  write(writer, value, 0);
  writer.uint8(CODES.STOP);
  return writer.finish();
}

/** Writes the instructions that leave the value on the reader's stack. */
function write(writer: ByteWriter, value: Picklable, depth: number): void {
  if (depth > DEEPEST) {
    throw new AppError('argument_invalid', `a value more than ${DEEPEST} deep cannot be pickled`, {
      hint: 'it most likely contains itself',
    });
  }
  if (value === null) writer.uint8(CODES.NONE);
  else if (typeof value === 'boolean') writer.uint8(value ? CODES.NEWTRUE : CODES.NEWFALSE);
  else if (typeof value === 'string') writeText(writer, value);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (typeof value === 'bigint') writeInteger(writer, value);
  else if (value instanceof PickleFloat) writeFloat(writer, value.value);
  else if (value instanceof PickleGlobal) writeGlobal(writer, value);
  else writeCompound(writer, value, (inner) => write(writer, inner, depth + 1));
}

/** A value that holds others, which `put` writes. */
function writeCompound(writer: ByteWriter, value: Compound, put: (inner: Picklable) => void): void {
  const marked = (items: readonly Picklable[], code: number): void => {
    writer.uint8(CODES.MARK);
    for (const item of items) put(item);
    writer.uint8(code);
  };
  const setItems = (entries: ReadonlyMap<string, Picklable>): void => {
    if (entries.size > 0) marked([...entries].flat(), CODES.SETITEMS);
  };
  if (value instanceof PickleTuple) {
    if (value.items.length === 0) writer.uint8(CODES.EMPTY_TUPLE);
    else marked(value.items, CODES.TUPLE);
  } else if (value instanceof PicklePersistent) {
    put(value.id);
    writer.uint8(CODES.BINPERSID);
  } else if (value instanceof PickleCall) {
    put(value.callee);
    put(new PickleTuple(value.parameters));
    writer.uint8(CODES.REDUCE);
    setItems(value.entries);
  } else if (value instanceof PickleInstance) {
    put(value.type);
    writer.uint8(CODES.EMPTY_TUPLE);
    writer.uint8(CODES.NEWOBJ);
    put(value.attributes);
    writer.uint8(CODES.BUILD);
  } else if (isList(value)) {
    writer.uint8(CODES.EMPTY_LIST);
    if (value.length > 0) marked(value, CODES.APPENDS);
  } else {
    writer.uint8(CODES.EMPTY_DICT);
    setItems(value);
  }
}

/** The values inside a container. */
type Compound = Exclude<Extract<Picklable, object>, PickleFloat | PickleGlobal>;

function isList(value: Compound): value is readonly Picklable[] {
  return Array.isArray(value);
}

function writeText(writer: ByteWriter, text: string): void {
  if (!text.isWellFormed()) {
    throw new AppError('argument_invalid', `${JSON.stringify(text.slice(0, 40))} cannot be pickled`, {
      hint: 'it holds half a character (a lone surrogate)',
    });
  }
  const bytes = new TextEncoder().encode(text);
  writer.uint8(CODES.BINUNICODE);
  writer.uint32(bytes.length);
  writer.bytes(bytes);
}

/** Whole numbers are ints, others floats; so is -0, because there is no such int. */
function writeNumber(writer: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) writeFloat(writer, value);
  else writeInteger(writer, BigInt(value));
}

function writeFloat(writer: ByteWriter, value: number): void {
  writer.uint8(CODES.BINFLOAT);
  writer.float64BigEndian(value);
}

function writeInteger(writer: ByteWriter, value: bigint): void {
  if (value >= 0n && value <= 0xffn) {
    writer.uint8(CODES.BININT1);
    writer.uint8(Number(value));
  } else if (value >= 0n && value <= 0xffffn) {
    writer.uint8(CODES.BININT2);
    writer.uint16(Number(value));
  } else if (BigInt.asIntN(32, value) === value) {
    writer.uint8(CODES.BININT);
    writer.uint32(Number(BigInt.asUintN(32, value)));
  } else {
    writeLong(writer, value);
  }
}

/** Two's complement, little-endian, in the fewest bytes that also hold the sign. */
function writeLong(writer: ByteWriter, value: bigint): void {
  let length = 5;
  while (length <= LONGEST_INTEGER && BigInt.asIntN(8 * length, value) !== value) length++;
  if (length > LONGEST_INTEGER) {
    throw new AppError(
      'argument_invalid',
      `an integer of more than ${LONGEST_INTEGER} bytes cannot be pickled`,
    );
  }
  writer.uint8(CODES.LONG1);
  writer.uint8(length);
  for (let at = 0; at < length; at++) writer.uint8(Number((value >> BigInt(8 * at)) & 0xffn));
}

function writeGlobal(writer: ByteWriter, { module, name }: PickleGlobal): void {
  writer.uint8(CODES.GLOBAL);
  writer.bytes(new TextEncoder().encode(`${module}\n${name}\n`));
}
