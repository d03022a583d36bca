import type { Dimensions, Precision } from '../layouts.ts';
import { inArena, type PairArray } from '../placement.ts';

/** What a matching shader is made for. */
export interface MatchOptions {
  readonly dimensions: Dimensions;
  /** Of the images' nodes; captions are float32. */
  readonly precision: Precision;
  /** Threads of a workgroup, which compares one pair. */
  readonly invocations: number;
  /** Threads that sum without memory; 1 without subgroups. */
  readonly lanes: number;
  readonly spilled: number;
  /** Quads of workgroup memory. */
  readonly arena: number;
}

/** WGSL of a quad of one of the pair's arrays, wherever it is placed. */
export function quad({ spilled }: Pick<MatchOptions, 'spilled'>, array: PairArray, index: string): string {
  return inArena(array, spilled)
    ? `arena[work.${array} + ${index}]`
    : `scratch[slot + work.${array} + ${index}]`;
}

/** WGSL after which all invocations see what each has written to the arrays of the pair. */
export function barrier({ spilled }: Pick<MatchOptions, 'spilled'>): string {
  return spilled === 0 ? 'workgroupBarrier();' : 'storageBarrier();\n  workgroupBarrier();';
}
