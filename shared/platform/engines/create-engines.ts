import { createSimdMatcher } from '../../match/simd/index.ts';
import type { Encoder, Matcher, Parameters } from '../../model/index.ts';
import type { Backend, MatchPrecision, ModelConfig } from '../../schema/index.ts';
import { createThreadedEncoder } from '../encode/index.ts';
import { nodeKernelRuntime } from '../match/index.ts';
import { type EngineOptions, precisionOf } from './match-precision.ts';
import { type BackendChoice, resolveBackend } from './resolve-backend.ts';

/** An encoder and a matcher; the caller disposes of both. */
export interface Engines {
  /** The backend of the matcher; `encoder.backend` is that of the encoder. */
  readonly backend: Backend;
  /** The numbers that `matcher` multiplies. */
  readonly precision: MatchPrecision;
  readonly encoder: Encoder;
  readonly matcher: Matcher;
}

/**
 * Makes the engines for a model on the requested backend. `auto` takes the best available one: if images are encoded by
 * webgpu on a graphics card, it also compares in float32 there.
 *
 * @throws AppError `backend_unavailable`, `argument_invalid` for a name that is none or a precision that the backend does
 *   not have, `shape_mismatch` for parameters that do not fit the configuration.
 */
export async function createEngines(
  config: ModelConfig,
  parameters: Parameters,
  request: string,
  options: EngineOptions = {},
): Promise<Engines> {
  const choice = await resolveBackend(request);
  const card = request === 'auto' && choice.encoder === 'webgpu' && options.precision !== 'i8';
  const backend = card ? 'webgpu' : choice.backend;
  const precision = precisionOf(backend, options);
  const encoder = await createEncoder(choice, config, parameters);
  try {
    return {
      backend,
      precision,
      encoder,
      matcher: await createMatcher(backend, config, parameters, precision),
    };
  } catch (thrown) {
    await encoder.dispose();
    throw thrown;
  }
}

/** Without TensorFlow or a graphics card, kernels on all cores encode faster than TF.js on one (docs/performance.md). */
async function createEncoder(
  { backend, encoder }: BackendChoice,
  config: ModelConfig,
  parameters: Parameters,
): Promise<Encoder> {
  if (backend === 'simd' && encoder === 'wasm') return createThreadedEncoder(config, parameters);
  return (await loadNetwork()).createTfjsEncoder(encoder, config, parameters);
}

/** The network in TF.js, which takes long to load and is loaded only if needed. */
function loadNetwork() {
  return import('../../gsmn/index.ts');
}

async function createMatcher(
  backend: Backend,
  config: ModelConfig,
  parameters: Parameters,
  precision: MatchPrecision,
): Promise<Matcher> {
  if (backend === 'simd')
    return createSimdMatcher(config, parameters, await nodeKernelRuntime(), { precision });
  if (backend === 'webgpu') return createWebgpuEngine(config, parameters);
  return (await loadNetwork()).createTfjsMatcher(backend, config, parameters);
}

/** The matcher on the best adapter, whose code is loaded only if needed. */
export async function createWebgpuEngine(config: ModelConfig, parameters: Parameters): Promise<Matcher> {
  const { createWebgpuMatcher } = await import('../../match/webgpu/index.ts');
  const { nodeMatchDevice } = await import('../match/webgpu-device.ts');
  return createWebgpuMatcher(config, parameters, await nodeMatchDevice());
}
