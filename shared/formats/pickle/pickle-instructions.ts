import { parsePythonLiteral } from '../npy/python-literal.ts';
import type { PickleMachine } from './pickle-machine.ts';

type Instruction = (machine: PickleMachine) => void;

/** Bytes of an integer: no file of ours needs more, and long ones take quadratic time to read. */
const LONGEST_INTEGER = 1024;
const LARGEST_PROTOCOL = 5;

/** Python's integers become JavaScript numbers if these are exact, otherwise bigints. */
function integer(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Two's complement, little-endian; 0 for no bytes. */
function long(machine: PickleMachine, length: number): number | bigint {
  if (length > LONGEST_INTEGER) throw machine.unsupported(`an integer of ${length} bytes`);
  const bytes = machine.input.bytes(length);
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return integer(BigInt.asIntN(8 * length, value));
}

function decimalInteger(machine: PickleMachine, text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text) || text.length > LONGEST_INTEGER)
    throw machine.invalid('an invalid integer in text');
  return integer(BigInt(text.replace('+', '')));
}

function decimalFloat(machine: PickleMachine, text: string): number {
  const special: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN };
  const value = special[text] ?? (/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined);
  if (value === undefined) throw machine.invalid('an invalid float in text');
  return value;
}

function quoted(machine: PickleMachine, text: string): string {
  try {
    const value = parsePythonLiteral(text);
    if (typeof value === 'string') return value;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
  }
  throw machine.invalid('an invalid string in text');
}

function rawUnicode(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U00([01][0-9a-fA-F]{5})/g, (match, short, long) => {
    const point = Number.parseInt(short ?? long, 16);
    return point > 0x10ffff ? match : String.fromCodePoint(point);
  });
}

function utf8(machine: PickleMachine, length: number): string {
  try {
    return machine.input.utf8(length);
  } catch (thrown) {
    if (thrown instanceof TypeError) throw machine.invalid('text that is not UTF-8');
    throw thrown;
  }
}

function protocol(machine: PickleMachine): void {
  const version = machine.input.uint8();
  if (version > LARGEST_PROTOCOL) throw machine.unsupported(`protocol ${version}`);
}

function dictionaryOf(machine: PickleMachine): void {
  const entries = new Map<unknown, unknown>();
  machine.setItems(machine.popToMark(), entries);
  machine.pushContainer(entries);
}

function callWithKeywords(machine: PickleMachine): void {
  const [callee, args, keywords] = machine.popMany(3);
  if (!(keywords instanceof Map) || keywords.size > 0) throw machine.unsupported('a call with keywords');
  machine.call(callee, args);
}

function instance(machine: PickleMachine): void {
  const [module, name] = [machine.input.line(), machine.input.line()];
  const args = machine.popToMark();
  machine.pushGlobal(module, name);
  machine.call(machine.pop(), args);
}

function objectOf(machine: PickleMachine): void {
  const [callee, ...args] = machine.popToMark();
  machine.call(callee, args);
}

function globalOfStack(machine: PickleMachine): void {
  const [module, name] = machine.popMany(2);
  machine.pushGlobal(module, name);
}

function callOf(machine: PickleMachine): void {
  const [callee, args] = machine.popMany(2);
  machine.call(callee, args);
}

function refuseExtension(machine: PickleMachine): never {
  throw machine.refused('a global of the extension registry');
}

function refuseBuffer(machine: PickleMachine): never {
  throw machine.unsupported('a buffer outside of the pickle');
}

/** Names and meanings as in Python's `pickletools`; protocols 0 to 5. STOP is handled by the loop. */
const TABLE: Record<string, Instruction> = {
  '\x80': protocol, // PROTO
  '\x95': (m) => void m.input.uint64(), // FRAME: only says how much to read at once
  '(': (m) => m.mark(), // MARK
  '0': (m) => m.discard(), // POP
  '1': (m) => void m.popToMark(), // POP_MARK
  '2': (m) => m.push(m.top()), // DUP
  // Constants
  N: (m) => m.push(null), // NONE
  '\x88': (m) => m.push(true), // NEWTRUE
  '\x89': (m) => m.push(false), // NEWFALSE
  I: (m) => {
    const text = m.input.line();
    m.push(text === '00' ? false : text === '01' ? true : decimalInteger(m, text));
  }, // INT
  L: (m) => m.push(decimalInteger(m, m.input.line().replace(/L$/, ''))), // LONG
  J: (m) => m.push(m.input.int32()), // BININT
  K: (m) => m.push(m.input.uint8()), // BININT1
  M: (m) => m.push(m.input.uint16()), // BININT2
  '\x8a': (m) => m.push(long(m, m.input.uint8())), // LONG1
  '\x8b': (m) => m.push(long(m, m.input.uint32())), // LONG4
  F: (m) => m.push(decimalFloat(m, m.input.line())), // FLOAT
  G: (m) => m.push(m.input.float64()), // BINFLOAT
  // Text and bytes; Python 2's strings are both, and reading them as latin1 keeps every byte
  S: (m) => m.push(quoted(m, m.input.line())), // STRING
  T: (m) => m.push(m.input.latin1(m.input.uint32())), // BINSTRING
  U: (m) => m.push(m.input.latin1(m.input.uint8())), // SHORT_BINSTRING
  V: (m) => m.push(rawUnicode(m.input.line())), // UNICODE
  X: (m) => m.push(utf8(m, m.input.uint32())), // BINUNICODE
  '\x8c': (m) => m.push(utf8(m, m.input.uint8())), // SHORT_BINUNICODE
  '\x8d': (m) => m.push(utf8(m, m.input.uint64())), // BINUNICODE8
  B: (m) => m.pushContainer(m.input.bytes(m.input.uint32())), // BINBYTES
  C: (m) => m.pushContainer(m.input.bytes(m.input.uint8())), // SHORT_BINBYTES
  '\x8e': (m) => m.pushContainer(m.input.bytes(m.input.uint64())), // BINBYTES8
  '\x96': (m) => m.pushContainer(m.input.bytes(m.input.uint64())), // BYTEARRAY8
  // Containers
  ']': (m) => m.pushContainer([]), // EMPTY_LIST
  l: (m) => m.pushContainer(m.popToMark()), // LIST
  a: (m) => m.append(m.popMany(1)), // APPEND
  e: (m) => m.append(m.popToMark()), // APPENDS
  ')': (m) => m.pushContainer([]), // EMPTY_TUPLE
  t: (m) => m.pushContainer(m.popToMark()), // TUPLE
  '\x85': (m) => m.pushContainer(m.popMany(1)), // TUPLE1
  '\x86': (m) => m.pushContainer(m.popMany(2)), // TUPLE2
  '\x87': (m) => m.pushContainer(m.popMany(3)), // TUPLE3
  '}': (m) => m.pushContainer(new Map()), // EMPTY_DICT
  d: dictionaryOf, // DICT
  s: (m) => m.setItems(m.popMany(2)), // SETITEM
  u: (m) => m.setItems(m.popToMark()), // SETITEMS
  '\x8f': (m) => m.pushContainer(new Set()), // EMPTY_SET
  '\x90': (m) => m.addItems(m.popToMark()), // ADDITEMS
  '\x91': (m) => m.pushContainer(new Set(m.popToMark())), // FROZENSET
  // The memo
  p: (m) => m.memoize(Number(decimalInteger(m, m.input.line()))), // PUT
  q: (m) => m.memoize(m.input.uint8()), // BINPUT
  r: (m) => m.memoize(m.input.uint32()), // LONG_BINPUT
  '\x94': (m) => m.memoize(), // MEMOIZE
  g: (m) => m.recall(Number(decimalInteger(m, m.input.line()))), // GET
  h: (m) => m.recall(m.input.uint8()), // BINGET
  j: (m) => m.recall(m.input.uint32()), // LONG_BINGET
  // Globals and objects
  c: (m) => m.pushGlobal(m.input.line(), m.input.line()), // GLOBAL
  '\x93': globalOfStack, // STACK_GLOBAL
  R: callOf, // REDUCE
  '\x81': callOf, // NEWOBJ
  '\x92': callWithKeywords, // NEWOBJ_EX
  i: instance, // INST
  o: objectOf, // OBJ
  b: (m) => m.build(m.pop()), // BUILD
  P: (m) => m.pushPersistent(m.input.line()), // PERSID
  Q: (m) => m.pushPersistent(m.pop()), // BINPERSID
  '\x82': refuseExtension, // EXT1
  '\x83': refuseExtension, // EXT2
  '\x84': refuseExtension, // EXT4
  '\x97': refuseBuffer, // NEXT_BUFFER
  '\x98': refuseBuffer, // READONLY_BUFFER
};

/** The instruction of each byte, if it is one. */
export const INSTRUCTIONS: readonly (Instruction | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => TABLE[String.fromCharCode(code)],
);

export const STOP = '.'.charCodeAt(0);
