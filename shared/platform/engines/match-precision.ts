import { AppError } from '../../errors/index.ts';
import type { Backend, MatchPrecision } from '../../schema/index.ts';

/** How engines are made beside their backend. */
export interface EngineOptions {
  /** What the fused matcher multiplies: `f32` unless said. */
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
    hint: 'take --backend simd, or leave out --precision',
  });
}
