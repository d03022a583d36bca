import type { MatchKernel } from '../match/simd/index.ts';

/** Exports of `assembly/kernel.ts`; addresses are bytes of the memory that the instance was given. */
export interface EncodeKernel {
  /** `c [rows, columns] = a b`, as in the matcher's kernel. */
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

/** An instance on this memory, which is not shared. */
export function instantiateEncodeKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): EncodeKernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as EncodeKernel;
}
