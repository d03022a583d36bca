import { createTfjsEncoder, createTfjsMatcher } from '../../gsmn/index.ts';
import type { Encoder, Matcher, Parameters } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import type { TfjsBackendName } from '../tfjs/index.ts';
import { resolveBackend } from './resolve-backend.ts';

/** What encodes and what compares, on one backend; whoever asked for them disposes of both. */
export interface Engines {
  readonly backend: TfjsBackendName;
  readonly encoder: Encoder;
  readonly matcher: Matcher;
}

/**
 * Makes a model's engines on the backend that is asked for (`auto` takes the best that is there).
 *
 * @throws AppError `backend_unavailable`, `argument_invalid` for a name that is none, `shape_mismatch` for parameters
 *   that do not fit the configuration.
 */
export async function createEngines(
  config: ModelConfig,
  parameters: Parameters,
  request: string,
): Promise<Engines> {
  const { backend } = await resolveBackend(request);
  const encoder = createTfjsEncoder(backend, config, parameters);
  try {
    return { backend, encoder, matcher: createTfjsMatcher(backend, config, parameters) };
  } catch (thrown) {
    await encoder.dispose();
    throw thrown;
  }
}
