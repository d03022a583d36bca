import type { MatchKernel } from '../match/index.ts';

/** What `assembly/kernel.ts` exports; addresses are bytes of the memory that the instance was given. */
export interface EncodeKernel {
  /** `c [rows, columns] = a b`, as the matcher's kernel has it. */
  multiply: MatchKernel['multiply'];
  pack(
    from: number,
    step: number,
    indices: number,
    count: number,
    size: number,
    rows: number,
    out: number,
  ): void;
  project(
    x: number,
    rows: number,
    size: number,
    weights: number,
    bias: number,
    columns: number,
    out: number,
  ): void;
  advance(
    direction: number,
    steps: number,
    count: number,
    first: number,
    reversed: number,
    work: number,
  ): void;
  finish(
    states: number,
    rows: number,
    directions: number,
    size: number,
    padded: number,
    normalize: number,
    out: number,
  ): void;
}

/** An instance on that memory, which is not shared. */
export function instantiateEncodeKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): EncodeKernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as EncodeKernel;
}
