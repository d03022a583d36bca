/**
 * Pickles written instruction by instruction, for the contents that a test needs. Each function returns the bytes that
 * leave one value on the machine's stack.
 */
export type Pickled = readonly number[];

function code(character: string): number {
  return character.charCodeAt(0);
}

/** Little-endian. */
export function littleEndian(value: number | bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 0xffn));
}

const utf8 = (value: string): number[] => [...new TextEncoder().encode(value)];

export const none: Pickled = [code('N')];
export const truth = (value: boolean): Pickled => [value ? 0x88 : 0x89];
export const int = (value: number): Pickled => [code('J'), ...littleEndian(value, 4)];
export const long = (value: bigint, bytes: number): Pickled => [0x8a, bytes, ...littleEndian(value, bytes)];
export const text = (value: string): Pickled => {
  const bytes = utf8(value);
  return [code('X'), ...littleEndian(bytes.length, 4), ...bytes];
};
export const raw = (bytes: ArrayLike<number>): Pickled => [
  code('B'),
  ...littleEndian(bytes.length, 4),
  ...Array.from(bytes),
];
export const float = (value: number): Pickled => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return [code('G'), ...new Uint8Array(view.buffer)];
};
export const list = (...items: Pickled[]): Pickled => [code(']'), code('('), ...items.flat(), code('e')];
export const tuple = (...items: Pickled[]): Pickled => [code('('), ...items.flat(), code('t')];
export const dict = (...entries: [Pickled, Pickled][]): Pickled => [
  code('}'),
  code('('),
  ...entries.flat(2),
  code('u'),
];
export const global = (module: string, name: string): Pickled => [code('c'), ...utf8(`${module}\n${name}\n`)];
export const call = (callee: Pickled, ...args: Pickled[]): Pickled => [
  ...callee,
  ...tuple(...args),
  code('R'),
];
export const build = (object: Pickled, state: Pickled): Pickled => [...object, ...state, code('b')];
export const persistent = (id: Pickled): Pickled => [...id, code('Q')];
export const setItems = (object: Pickled, ...entries: [Pickled, Pickled][]): Pickled => [
  ...object,
  code('('),
  ...entries.flat(2),
  code('u'),
];

/** A whole pickle of one value. */
export function pickle(value: Pickled): Uint8Array {
  return Uint8Array.from([0x80, 2, ...value, code('.')]);
}

export const numpyDtype = (name: string, order = '<'): Pickled =>
  build(
    call(global('numpy', 'dtype'), text(name), truth(false), truth(true)),
    tuple(int(3), text(order), none, none, none, int(-1), int(-1), int(0)),
  );

/** A numpy array as numpy pickles it. */
export const numpyArray = (
  shape: readonly number[],
  dtype: Pickled,
  contents: Pickled,
  fortranOrder = false,
): Pickled =>
  build(
    call(
      global('numpy.core.multiarray', '_reconstruct'),
      global('numpy', 'ndarray'),
      tuple(int(0)),
      raw([98]),
    ),
    tuple(int(1), tuple(...shape.map(int)), dtype, truth(fortranOrder), contents),
  );
