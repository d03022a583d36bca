import { toAppError } from '../errors/index.ts';
import { hasRelaxedSimd } from '../match/simd/relaxed-simd.ts';

/** A built kernel, named as `infra/build-kernels.ts` names the files: for one thread, on memory that is not shared. */
export type KernelFile = `${'match' | 'encode'}-${'relaxed' | 'plain'}.wasm`;

/** The kernels of the engines. */
export interface KernelModules {
  readonly match: WebAssembly.Module;
  readonly encode: WebAssembly.Module;
}

/**
 * Loads the builds that the runtime supports, with relaxed SIMD if possible.
 * @param load returns the module of a file; where compiling at run time is not allowed, it imports the file
 * @throws AppError `backend_unavailable`
 */
export async function loadKernels(
  load: (file: KernelFile) => Promise<WebAssembly.Module>,
): Promise<KernelModules> {
  const build = hasRelaxedSimd() ? 'relaxed' : 'plain';
  const one = async (kernel: 'match' | 'encode') => {
    const file: KernelFile = `${kernel}-${build}.wasm`;
    return load(file).catch((thrown: unknown) => {
      throw toAppError(thrown, 'backend_unavailable', `the kernel ${file}`);
    });
  };
  const [match, encode] = await Promise.all([one('match'), one('encode')]);
  return { match, encode };
}

/**
 * Fetches and compiles the kernels in a page; they must be served as `application/wasm`.
 * @param folder address of the folder with the files, with a slash at the end
 * @throws AppError `backend_unavailable`
 */
export function fetchKernels(folder: string | URL): Promise<KernelModules> {
  return loadKernels((file) => WebAssembly.compileStreaming(fetch(new URL(file, folder))));
}
