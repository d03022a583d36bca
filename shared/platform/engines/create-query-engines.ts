import { createSimdCaptionEncoder } from '../../encode/index.ts';
import { AppError } from '../../errors/index.ts';
import { createSimdMatcher } from '../../match/simd/index.ts';
import { hasRelaxedSimd } from '../../match/simd/relaxed-simd.ts';
import type { CaptionEncoder, Matcher, Parameters } from '../../model/index.ts';
import type { Backend, MatchPrecision, ModelConfig } from '../../schema/index.ts';
import { loadEncodeKernel } from '../encode/index.ts';
import { nodeKernelRuntime } from '../match/index.ts';
import { createEngines, createWebgpuEngine } from './create-engines.ts';
import { fastestMatcher, type MatcherComparison } from './fastest-matcher.ts';
import { type EngineOptions, precisionOf } from './match-precision.ts';
import { resolveQueryBackend } from './resolve-backend.ts';
import { assertHardwareAdapter } from './webgpu-adapter.ts';

/** The engines for queries; the caller disposes of both. */
export interface QueryEngines {
  /** The backend of the matcher; `encoder.backend` is that of the encoder. */
  readonly backend: Backend;
  /** The numbers that `matcher` multiplies. */
  readonly precision: MatchPrecision;
  readonly encoder: CaptionEncoder;
  readonly matcher: Matcher;
}

/** What `auto` found out about a graphics card: both figures, or why there is none to measure. */
export type CardReport = MatcherComparison | { readonly backend: 'simd'; readonly why: string };

export interface QueryEngineOptions extends EngineOptions {
  /**
   * For a service: with `auto` in float32, a graphics card is looked for and measured, and compares if it wins. Receives
   * the decision. A process for a single query leaves it out, because looking takes longer than the query.
   */
  readonly onCard?: ((report: CardReport) => void) | undefined;
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
  { onCard, ...options }: QueryEngineOptions = {},
): Promise<QueryEngines> {
  const { backend } = await resolveQueryBackend(request);
  const precision = precisionOf(backend, options);
  if (backend !== 'simd') return createEngines(config, parameters, backend);
  const [module, runtime] = await Promise.all([loadEncodeKernel(hasRelaxedSimd()), nodeKernelRuntime()]);
  const encoder = createSimdCaptionEncoder(config, parameters, module);
  const simd = createSimdMatcher(config, parameters, runtime, { precision });
  const matcher =
    onCard === undefined || request !== 'auto' || precision !== 'f32'
      ? simd
      : await fasterOnCard(simd, config, parameters, onCard);
  return { backend: matcher === simd ? 'simd' : 'webgpu', precision, encoder, matcher };
}

/** The given matcher, or one on a graphics card if it is faster; the other one is disposed of. */
async function fasterOnCard(
  simd: Matcher,
  config: ModelConfig,
  parameters: Parameters,
  onCard: (report: CardReport) => void,
): Promise<Matcher> {
  let card: Matcher | undefined;
  try {
    await assertHardwareAdapter();
    card = await createWebgpuEngine(config, parameters);
    const comparison = await fastestMatcher(simd, card, config);
    onCard(comparison);
    const wins = comparison.backend === card.backend;
    await (wins ? simd : card).dispose();
    return wins ? card : simd;
  } catch (thrown) {
    await card?.dispose();
    if (!(thrown instanceof AppError && ['backend_unavailable', 'memory_exhausted'].includes(thrown.code))) {
      await simd.dispose();
      throw thrown;
    }
    onCard({ backend: 'simd', why: thrown.message });
    return simd;
  }
}
