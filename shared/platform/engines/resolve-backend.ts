import { AppError } from '../../errors/index.ts';
import { hasRelaxedSimd } from '../../match/index.ts';
import { type Backend, backendSchema } from '../../schema/index.ts';
import { loadEncodeKernel } from '../encode/index.ts';
import { nodeKernelRuntime } from '../match/index.ts';
import { loadTfjsBackend, type TfjsBackendName } from '../tfjs/index.ts';
import { assertHardwareAdapter } from './webgpu-adapter.ts';

/** What may be asked for: a backend by name, or the best that is there. */
type BackendRequest = 'auto' | Backend;

/** A backend that was passed over for one that is less good. */
export interface PassedOver {
  readonly backend: Backend;
  readonly why: string;
}

/** The backend that works, and those that would have been taken before it. */
export interface BackendChoice {
  /** What compares graphs. */
  readonly backend: Backend;
  /** What encodes, and trains: `backend` itself, or with `simd`, which only compares, the best that is there. */
  readonly encoder: TfjsBackendName;
  readonly passedOver: readonly PassedOver[];
}

/** What encodes beside `simd`, best first, each with what must be true before it is loaded. */
const ENCODERS: readonly (readonly [TfjsBackendName, () => Promise<void>])[] = [
  ['tensorflow', async () => {}],
  ['webgpu', assertHardwareAdapter],
  ['wasm', async () => {}],
];

let encoding: Promise<Omit<BackendChoice, 'backend'>> | undefined;

/**
 * Loads the backend that is asked for. `simd` compares with the fused kernel and encodes with the first of tensorflow,
 * webgpu on a graphics card, and wasm that works; `auto` is `simd`, or where its kernel does not load that encoder for
 * both. Another backend that is named is taken as it is (webgpu also on a software driver). What is named is never
 * replaced.
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
 * Loads what answers queries, which encode captions and no images: with `simd` and `auto` the kernels of `simd` alone, and
 * nothing of TF.js. Where `auto` finds that they do not load, it is `resolveBackend`'s choice.
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

/** Why a backend is not there; whatever else went wrong is thrown again. */
function unavailable(thrown: unknown): string {
  if (thrown instanceof AppError && thrown.code === 'backend_unavailable') return thrown.message;
  throw thrown;
}
