import { resolve } from 'node:path';
import { toAppError } from '../../errors/index.ts';
import { type AssemblySource, compileAssembly } from '../assembly/index.ts';
import { MATCH_SOURCES } from '../match/compile-kernel.ts';

const FLAGS =
  '-O3 --noAssert --runtime stub --use abort= --enable simd --importMemory --initialMemory 1 --maximumMemory 65536';

const loading = new Map<boolean, Promise<WebAssembly.Module>>();

/**
 * The compiled kernel; built by the first call if no build for the current sources exists.
 * @param relaxed whether with relaxed SIMD, which older runtimes refuse
 * @throws AppError `backend_unavailable`
 */
export function loadEncodeKernel(relaxed: boolean): Promise<WebAssembly.Module> {
  const found = loading.get(relaxed);
  if (found !== undefined) return found;
  const module = compileAssembly(encodeKernelSource(relaxed)).catch((thrown: unknown) => {
    loading.delete(relaxed);
    throw toAppError(thrown, 'backend_unavailable', 'the encoding kernel');
  });
  loading.set(relaxed, module);
  return module;
}

/** The sources of the kernel. */
export function encodeKernelSource(relaxed: boolean): AssemblySource {
  return {
    folder: { path: resolve(import.meta.dirname, '../../encode/assembly') },
    imports: [MATCH_SOURCES],
    entry: 'kernel.ts',
    target: `encode/encode-${relaxed ? 'relaxed' : 'plain'}`,
    flags: [...FLAGS.split(' '), ...(relaxed ? ['--enable', 'relaxed-simd'] : [])],
  };
}
