import { AppError } from '../../errors/index.ts';
import { type Construction, PickleFunction, type PickleGlobals } from './pickle-globals.ts';
import { PickleInput } from './pickle-input.ts';

/** Options of reading a pickle. */
export interface PickleOptions {
  /** The name of the file in messages. */
  readonly name: string;
  readonly globals: PickleGlobals;
  /** Returns the object of a persistent id (a PyTorch storage); without it, no persistent id is allowed. */
  readonly persistent?: (id: unknown, construction: Construction) => unknown;
}

/** Approximate memory of a list or dictionary. */
const CONTAINER_BYTES = 100;
const MOST_ON_STACK = 1 << 24;

/**
 * The state of a pickle's stack machine. It only builds values: a global is looked up in the allow-list, and calling it
 * runs the function in the list. There is no recursion, and what is built is bounded by `memory`.
 */
export class PickleMachine implements Construction {
  readonly input: PickleInput;
  readonly #options: PickleOptions;
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  readonly #builders = new Map<object, (state: unknown) => void>();
  #memory: number;

  constructor(bytes: Uint8Array, options: PickleOptions, memory: number) {
    this.input = new PickleInput(bytes);
    this.#options = options;
    this.#memory = memory;
  }

  invalid(what: string): AppError {
    return new AppError('format_invalid', `${this.#options.name}: its pickle is broken: ${what}`, {
      hint: 'copy or download the file again',
    });
  }

  unsupported(what: string): AppError {
    return new AppError(
      'format_unsupported',
      `${this.#options.name}: its pickle holds something that is not supported: ${what}`,
    );
  }

  refused(what: string): AppError {
    return new AppError('format_refused', `${this.#options.name}: its pickle asks for ${what}`, {
      hint: 'only plain data, numpy arrays and PyTorch tensors are read; nothing else is ever loaded from a pickle',
    });
  }

  spend(bytes: number): void {
    this.#memory -= bytes;
    if (this.#memory < 0) throw this.unsupported('far more values than bytes');
  }

  onBuild(object: object, build: (state: unknown) => void): void {
    this.#builders.set(object, build);
  }

  push(value: unknown): void {
    if (this.#stack.length === MOST_ON_STACK)
      throw this.unsupported(`more than ${MOST_ON_STACK} values at once`);
    this.#stack.push(value);
  }

  pushContainer(value: unknown): void {
    this.spend(CONTAINER_BYTES);
    this.push(value);
  }

  top(): unknown {
    this.#assertHeld(1);
    return this.#stack.at(-1);
  }

  pop(): unknown {
    this.#assertHeld(1);
    return this.#stack.pop();
  }

  /** The one value that a complete pickle leaves. */
  result(): unknown {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw this.invalid('it leaves more than one value');
    return value;
  }

  /** The last `count` values, in the order in which they were pushed. */
  popMany(count: number): unknown[] {
    this.#assertHeld(count);
    return this.#stack.splice(this.#stack.length - count);
  }

  /** Values are those above the last mark. */
  #assertHeld(count: number): void {
    if (this.#stack.length - count < (this.#marks.at(-1) ?? 0)) throw this.invalid('its stack is empty');
  }

  mark(): void {
    if (this.#marks.length === MOST_ON_STACK)
      throw this.unsupported(`more than ${MOST_ON_STACK} marks at once`);
    this.#marks.push(this.#stack.length);
  }

  popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.invalid('a mark is missing');
    return this.#stack.splice(mark);
  }

  /** POP removes a mark if one is on top. */
  discard(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  memoize(index: number = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.invalid(`nothing is stored under ${index}`);
    this.push(value);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.invalid('it appends to something that is not a list');
    for (const item of items) (list as unknown[]).push(item);
  }

  addItems(items: readonly unknown[]): void {
    const set = this.top();
    if (!(set instanceof Set)) throw this.invalid('it adds to something that is not a set');
    for (const item of items) set.add(item);
  }

  setItems(pairs: readonly unknown[], target: unknown = this.top()): void {
    if (!(target instanceof Map)) throw this.invalid('it sets items of something that is not a dictionary');
    if (pairs.length % 2 !== 0) throw this.invalid('a key without a value');
    for (let index = 0; index < pairs.length; index += 2) target.set(pairs[index], pairs[index + 1]);
  }

  pushGlobal(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.invalid('a global without a name');
    const path = `${module}.${name}`;
    const found = this.#options.globals.get(path);
    if (found === undefined) throw this.refused(JSON.stringify(path.slice(0, 200)));
    this.push(found);
  }

  call(callee: unknown, args: unknown): void {
    if (!(callee instanceof PickleFunction)) throw this.invalid('it calls something that cannot be called');
    if (!Array.isArray(args)) throw this.invalid('it calls without arguments');
    this.pushContainer(callee.call(args as unknown[], this));
  }

  build(state: unknown): void {
    const object = this.top();
    const builder = typeof object === 'object' && object !== null ? this.#builders.get(object) : undefined;
    if (builder === undefined) throw this.invalid('it gives a state to something that has none');
    builder(state);
  }

  pushPersistent(id: unknown): void {
    const resolve = this.#options.persistent;
    if (resolve === undefined) throw this.refused('data outside of the file');
    this.pushContainer(resolve(id, this));
  }
}
