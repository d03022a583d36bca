import { AppError } from '../../errors/index.ts';
import { hasRelaxedSimd } from '../../match/simd/relaxed-simd.ts';
import { type Backend, backendSchema } from '../../schema/index.ts';
import { loadEncodeKernel } from '../encode/index.ts';
import { nodeKernelRuntime } from '../match/index.ts';
import { loadTfjsBackend, type TfjsBackendName } from '../tfjs/index.ts';
import { assertHardwareAdapter } from './webgpu-adapter.ts';

/** What may be requested: a backend by name, or the best available one. */
type BackendRequest = 'auto' | Backend;

/** A backend that was skipped, so that a slower one is used. */
export interface PassedOver {
  readonly backend: Backend;
  readonly why: string;
}

/** The backend that works, and those that would have been preferred. */
export interface BackendChoice {
  /** The backend of the matcher. */
  readonly backend: Backend;
  /** The backend that encodes and trains: `backend` itself, or with `simd`, which only compares, the best available one. */
  readonly encoder: TfjsBackendName;
  readonly passedOver: readonly PassedOver[];
}

/** Encoders for `simd`, best first, each with a condition that is checked before it is loaded. */
const ENCODERS: readonly (readonly [TfjsBackendName, () => Promise<void>])[] = [
  ['tensorflow', async () => {}],
  ['webgpu', assertHardwareAdapter],
  ['wasm', async () => {}],
];

let encoding: Promise<Omit<BackendChoice, 'backend'>> | undefined;

/**
 * Loads the requested backend. `simd` compares with the fused kernel and encodes with the first of tensorflow, webgpu
 * on a graphics card, and wasm that works. `auto` is `simd`; if its kernel does not load, it is that encoder for both.
 * Any other named backend is used as named (webgpu also on a software driver). A named backend is never replaced.
 *
 * @throws AppError `backend_unavailable` with what is missing, `argument_invalid` for a name that is none.
 */
export async function resolveBackend(request: string): Promise<BackendChoice> {
  const asked = parseRequest(request);
  if (asked !== 'auto' && asked !== 'simd') {
    const encoder = await loadTfjsBackend(asked);
    return { backend: encoder, encoder, passedOver: [] };
  }
  encoding ??= firstEncoder().catch((thrown: unknown) => {
    encoding = undefined;
    throw thrown;
  });
  const found = await encoding;
  try {
    await nodeKernelRuntime();
    return { backend: 'simd', ...found };
  } catch (thrown) {
    const why = unavailable(thrown);
    if (asked === 'simd') throw thrown;
    return {
      backend: found.encoder,
      encoder: found.encoder,
      passedOver: [{ backend: 'simd', why }, ...found.passedOver],
    };
  }
}

/**
 * Loads the backend for queries, which encodes captions but no images. With `simd` and `auto` it loads only the kernels of
 * `simd`, and nothing of TF.js. If `auto` finds that they do not load, it is the choice of `resolveBackend`.
 *
 * @throws AppError as `resolveBackend`
 */
export async function resolveQueryBackend(
  request: string,
): Promise<Pick<BackendChoice, 'backend' | 'passedOver'>> {
  const asked = parseRequest(request);
  if (asked !== 'auto' && asked !== 'simd') return resolveBackend(asked);
  try {
    await Promise.all([nodeKernelRuntime(), loadEncodeKernel(hasRelaxedSimd())]);
    return { backend: 'simd', passedOver: [] };
  } catch (thrown) {
    const why = unavailable(thrown);
    if (asked === 'simd') throw thrown;
    const { encoder, passedOver } = await resolveBackend('auto');
    const others = passedOver.filter(({ backend }) => backend !== 'simd');
    return { backend: encoder, passedOver: [{ backend: 'simd', why }, ...others] };
  }
}

function parseRequest(request: string): BackendRequest {
  if (request === 'auto') return request;
  const parsed = backendSchema.safeParse(request);
  if (parsed.success) return parsed.data;
  throw new AppError('argument_invalid', `there is no backend "${request}"`, {
    hint: `choose auto, ${backendSchema.options.join(', ')}`,
  });
}

async function firstEncoder(): Promise<Omit<BackendChoice, 'backend'>> {
  const passedOver: PassedOver[] = [];
  for (const [backend, check] of ENCODERS) {
    try {
      await check();
      return { encoder: await loadTfjsBackend(backend), passedOver };
    } catch (thrown) {
      passedOver.push({ backend, why: unavailable(thrown) });
    }
  }
  throw new AppError('backend_unavailable', passedOver.map(({ why }) => why).join('; '), {
    hint: 'install the packages again (npm ci)',
  });
}

/** Why a backend is not available; any other error is thrown again. */
function unavailable(thrown: unknown): string {
  if (thrown instanceof AppError && thrown.code === 'backend_unavailable') return thrown.message;
  throw thrown;
}
