import { createSimdCaptionEncoder } from '../../encode/index.ts';
import { createSimdMatcher } from '../../match/simd/index.ts';
import { hasRelaxedSimd } from '../../match/simd/relaxed-simd.ts';
import type { CaptionEncoder, Matcher, Parameters } from '../../model/index.ts';
import type { Backend, MatchPrecision, ModelConfig } from '../../schema/index.ts';
import { loadEncodeKernel } from '../encode/index.ts';
import { nodeKernelRuntime } from '../match/index.ts';
import { createEngines } from './create-engines.ts';
import { type EngineOptions, precisionOf } from './match-precision.ts';
import { resolveQueryBackend } from './resolve-backend.ts';

/** The engines for queries; the caller disposes of both. */
export interface QueryEngines {
  /** The backend of the matcher; `encoder.backend` is that of the encoder. */
  readonly backend: Backend;
  /** The numbers that `matcher` multiplies. */
  readonly precision: MatchPrecision;
  readonly encoder: CaptionEncoder;
  readonly matcher: Matcher;
}

/**
 * Makes the engines for queries on the requested backend. With `simd` (which `auto` takes if it works) both are kernels,
 * and TF.js is not loaded; other backends both encode and compare.
 *
 * @throws AppError `backend_unavailable`, `argument_invalid` for a name that is none or a precision that the backend does
 *   not have, `shape_mismatch` for parameters that do not fit the configuration.
 */
export async function createQueryEngines(
  config: ModelConfig,
  parameters: Parameters,
  request: string,
  options: EngineOptions = {},
): Promise<QueryEngines> {
  const { backend } = await resolveQueryBackend(request);
  const precision = precisionOf(backend, options);
  if (backend !== 'simd') return createEngines(config, parameters, backend);
  const [module, runtime] = await Promise.all([loadEncodeKernel(hasRelaxedSimd()), nodeKernelRuntime()]);
  return {
    backend,
    precision,
    encoder: createSimdCaptionEncoder(config, parameters, module),
    matcher: createSimdMatcher(config, parameters, runtime, { precision }),
  };
}
