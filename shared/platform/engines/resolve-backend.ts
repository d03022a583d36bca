import { AppError } from '../../errors/index.ts';
import { type Backend, backendSchema } from '../../schema/index.ts';
import { loadTfjsBackend, type TfjsBackendName } from '../tfjs/index.ts';
import { assertHardwareAdapter } from './webgpu-adapter.ts';

/** What may be asked for: a backend by name, or the best that is there. */
type BackendRequest = 'auto' | Backend;

/** The backend that works, and those that `auto` would have taken before it. */
export interface BackendChoice {
  readonly backend: TfjsBackendName;
  readonly passedOver: readonly { readonly backend: TfjsBackendName; readonly why: string }[];
}

/** What `auto` tries, best first, each with what must be true before it is loaded. */
const PREFERENCE: readonly (readonly [TfjsBackendName, () => Promise<void>])[] = [
  ['tensorflow', async () => {}],
  ['webgpu', assertHardwareAdapter],
  ['wasm', async () => {}],
];

/**
 * Loads the backend that is asked for. `auto` loads the first of tensorflow, webgpu on a graphics card, and wasm that
 * works; a backend that is named is taken as it is (webgpu also on a software driver) or refused, never replaced.
 *
 * @throws AppError `backend_unavailable` with what is missing, `argument_invalid` for a name that is none.
 */
export async function resolveBackend(request: string): Promise<BackendChoice> {
  const asked = parseRequest(request);
  if (asked === 'auto') return firstAvailable();
  if (asked === 'simd') {
    throw new AppError('backend_unavailable', 'the backend "simd" is not part of this release', {
      hint: 'choose --backend auto, wasm, webgpu or tensorflow',
    });
  }
  return { backend: await loadTfjsBackend(asked), passedOver: [] };
}

function parseRequest(request: string): BackendRequest {
  if (request === 'auto') return request;
  const parsed = backendSchema.safeParse(request);
  if (parsed.success) return parsed.data;
  throw new AppError('argument_invalid', `there is no backend "${request}"`, {
    hint: `choose auto, ${backendSchema.options.join(', ')}`,
  });
}

async function firstAvailable(): Promise<BackendChoice> {
  const passedOver: { backend: TfjsBackendName; why: string }[] = [];
  for (const [backend, check] of PREFERENCE) {
    try {
      await check();
      return { backend: await loadTfjsBackend(backend), passedOver };
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'backend_unavailable') throw thrown;
      passedOver.push({ backend, why: thrown.message });
    }
  }
  throw new AppError('backend_unavailable', passedOver.map(({ why }) => why).join('; '), {
    hint: 'install the packages again (npm ci)',
  });
}
