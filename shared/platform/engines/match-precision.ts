import { AppError } from '../../errors/index.ts';
import type { Backend, MatchPrecision } from '../../schema/index.ts';

/** Options of engines besides the backend. */
export interface EngineOptions {
  /** The numbers that the fused matcher multiplies: `f32` by default. */
  readonly precision?: MatchPrecision | undefined;
}

/**
 * The precision that a backend compares in.
 *
 * @throws AppError `argument_invalid` when another one than float32 is asked of a backend that has none.
 */
export function precisionOf(backend: Backend, { precision = 'f32' }: EngineOptions): MatchPrecision {
  if (precision === 'f32' || backend === 'simd') return precision;
  throw new AppError('argument_invalid', `the backend "${backend}" does not compare in ${precision}`, {
    hint: 'use --backend simd, or leave out --precision',
  });
}
