/** The result of calling a global in a pickle, unchanged: which global, its arguments, and its state. */
export interface Built {
  readonly global: string;
  readonly args: readonly unknown[];
  state?: unknown;
  readonly items: Map<unknown, unknown>;
}

const MARK = Symbol('mark');

/**
 * A pickle machine for the golden files, which are our own and need no checks. It is separate from the product's readers,
 * so that parity of the network does not depend on them.
 * @param persistent returns the value of a persistent id (a PyTorch storage)
 */
export function loadPickle(
  bytes: Buffer,
  start: number,
  persistent: (id: unknown[]) => unknown = () => undefined,
): { value: unknown; end: number } {
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = start;
  const take = (length: number) => {
    at += length;
    return at - length;
  };
  const text = (length: number) => bytes.toString('utf8', take(length), at);
  const line = () => {
    const end = bytes.indexOf(10, at);
    const found = bytes.toString('utf8', at, end);
    at = end + 1;
    return found;
  };
  const untilMark = () => {
    const from = stack.lastIndexOf(MARK);
    const items = stack.splice(from);
    return items.slice(1);
  };
  const set = (target: unknown, pairs: unknown[]) => {
    const map = target instanceof Map ? target : (target as Built).items;
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  };
  const call = (global: unknown, args: unknown) => {
    stack.push({ global: String(global), args: args as unknown[], items: new Map() } satisfies Built);
  };
  const ops: Record<string, () => void> = {
    '\x80': () => take(1),
    '}': () => stack.push(new Map()),
    ']': () => stack.push([]),
    ')': () => stack.push([]),
    '(': () => stack.push(MARK),
    X: () => stack.push(text(bytes.readUInt32LE(take(4)))),
    B: () => stack.push(text(bytes.readUInt32LE(take(4)))),
    C: () => stack.push(text(bytes.readUInt8(take(1)))),
    J: () => stack.push(bytes.readInt32LE(take(4))),
    K: () => stack.push(bytes.readUInt8(take(1))),
    M: () => stack.push(bytes.readUInt16LE(take(2))),
    G: () => stack.push(bytes.readDoubleBE(take(8))),
    // Long integers only hold what the test does not read (the magic number).
    '\x8a': () => stack.push(text(bytes.readUInt8(take(1)))),
    '\x88': () => stack.push(true),
    '\x89': () => stack.push(false),
    N: () => stack.push(null),
    q: () => memo.set(bytes.readUInt8(take(1)), stack.at(-1)),
    r: () => memo.set(bytes.readUInt32LE(take(4)), stack.at(-1)),
    h: () => stack.push(memo.get(bytes.readUInt8(take(1)))),
    j: () => stack.push(memo.get(bytes.readUInt32LE(take(4)))),
    c: () => stack.push(`${line()}.${line()}`),
    R: () => {
      const args = stack.pop();
      call(stack.pop(), args);
    },
    '\x81': () => {
      const args = stack.pop();
      call(stack.pop(), args);
    },
    b: () => {
      const state = stack.pop();
      (stack.at(-1) as Built).state = state;
    },
    s: () => set(stack.at(-3), stack.splice(-2)),
    u: () => {
      const pairs = untilMark();
      set(stack.at(-1), pairs);
    },
    a: () => {
      const item = stack.pop();
      (stack.at(-1) as unknown[]).push(item);
    },
    e: () => {
      const items = untilMark();
      (stack.at(-1) as unknown[]).push(...items);
    },
    t: () => stack.push(untilMark()),
    '\x95': () => take(8),
    '\x94': () => memo.set(memo.size, stack.at(-1)),
    '\x8c': () => stack.push(text(bytes.readUInt8(take(1)))),
    '\x93': () => stack.push(stack.splice(-2).join('.')),
    '\x85': () => stack.push(stack.splice(-1)),
    '\x86': () => stack.push(stack.splice(-2)),
    '\x87': () => stack.push(stack.splice(-3)),
    Q: () => stack.push(persistent(stack.pop() as unknown[])),
  };
  for (;;) {
    const code = String.fromCharCode(bytes.readUInt8(take(1)));
    if (code === '.') return { value: stack.pop(), end: at };
    const op = ops[code];
    if (op === undefined)
      throw new Error(`the golden pickle has opcode ${JSON.stringify(code)} at ${at - 1}`);
    op();
  }
}
