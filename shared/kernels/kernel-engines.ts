import { createSimdCaptionEncoder } from '../encode/index.ts';
import { createSimdMatcher, type SimdMatcher } from '../match/simd/index.ts';
import type { CaptionEncoder, Parameters } from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import type { KernelModules } from './load-kernels.ts';

/** An encoder and a matcher; the caller disposes of both. */
export interface KernelEngines {
  readonly encoder: CaptionEncoder;
  readonly matcher: SimdMatcher;
}

/**
 * Engines for a model on the calling thread only, as in a Worker or a page.
 * @throws AppError `shape_mismatch` for parameters that do not fit the configuration, `memory_exhausted`
 */
export function createKernelEngines(
  config: ModelConfig,
  parameters: Parameters,
  { match, encode }: KernelModules,
): KernelEngines {
  return {
    encoder: createSimdCaptionEncoder(config, parameters, encode),
    matcher: createSimdMatcher(config, parameters, { module: match, sharedMemory: false, threads: 1 }),
  };
}
