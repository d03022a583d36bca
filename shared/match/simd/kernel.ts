/** Exports of `assembly/kernel.ts`; addresses are bytes of the memory that the instance was given. */
export interface MatchKernel {
  /** `c = a b` in register tiles (`assembly/products.ts`): the reference for the speed of the matcher. */
  multiply(
    a: number,
    aStep: number,
    rows: number,
    b: number,
    bStep: number,
    columns: number,
    k: number,
    c: number,
    cStep: number,
    add: number,
  ): void;
  /** `c = a (b - 64)` of bytes, scaled by row and column (`assembly/i8-products.ts`). */
  multiplyI8(
    a: number,
    rows: number,
    b: number,
    columns: number,
    groups: number,
    offsets: number,
    rowScales: number,
    columnScales: number,
    c: number,
    cStep: number,
  ): void;
  /** Bytes of a factor of `n` nodes of `d` numbers. */
  factorBytes(n: number, d: number): number;
  /** Floats of scratch that the preparation of `n` nodes needs in the i8 form. */
  i8PrepareScratch(blocks: number, n: number, d: number): number;
  prepareI8Image(network: number, image: number, nodes: number, work: number): void;
  prepareI8Batch(network: number, batch: number, nodes: number, work: number): void;
  /** The sum of 32-bit integers: the reference for the speed of reading memory. */
  addUp(x: number, bytes: number): number;
  prepareImage(network: number, image: number, nodes: number, work: number): void;
  prepareBatch(network: number, batch: number, nodes: number, work: number): void;
  matchBatch(
    network: number,
    image: number,
    batch: number,
    imageToText: number,
    textToImage: number,
    scratch: number,
  ): void;
  scratchBytes(network: number, wordLanes: number, lanes: number, scratch: number): number;
  runJob(job: number, scratch: number, limit: number): void;
  exponentials(x: number, count: number): void;
  hyperbolicTangents(x: number, count: number): void;
}

/** Threads with an instance of the kernel each, over one shared memory. */
export interface KernelThreads {
  readonly count: number;
  /**
   * Calls `runJob` on every thread, each with its own scratch, and waits for all.
   * @throws AppError `internal` when a thread dies, `cancelled` when they are disposed of
   */
  run(job: number, scratches: readonly number[]): Promise<void>;
  dispose(): Promise<void>;
}

/** Where the kernel runs: what a platform provides to the matcher. */
export interface KernelRuntime {
  /** Imports `env.memory`. */
  readonly module: WebAssembly.Module;
  /** Whether the module needs shared memory. */
  readonly sharedMemory: boolean;
  /** Threads that large work is divided between; with 1 everything stays on the calling thread. */
  readonly threads: number;
  /** Multiply-adds below which a call stays on the calling thread; by default about half a millisecond of work. */
  readonly singleThreadedBelow?: number | undefined;
  /** Starts threads on that memory; present if `threads` is more than 1. */
  readonly startThreads?: ((memory: WebAssembly.Memory) => KernelThreads) | undefined;
}

const LARGEST_MEMORY_PAGES = 65_536;

/** An empty memory of the kind that the runtime's module imports, up to 4 GiB. */
export function createMemory({ sharedMemory }: Pick<KernelRuntime, 'sharedMemory'>): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: LARGEST_MEMORY_PAGES, shared: sharedMemory });
}

/** An instance on that memory. */
export function instantiateKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): MatchKernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as MatchKernel;
}
