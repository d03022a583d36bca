import { resolve } from 'node:path';
import { type AssemblySource, loadAssembly } from '../assembly/index.ts';
import { MATCH_SOURCES } from '../match/compile-kernel.ts';

const FLAGS =
  '-O3 --noAssert --runtime stub --use abort= --enable simd --importMemory --initialMemory 1 --maximumMemory 65536';

/**
 * The compiled kernel.
 * @param relaxed whether with relaxed SIMD, which older runtimes refuse
 * @throws AppError `backend_unavailable`
 */
export function loadEncodeKernel(relaxed: boolean): Promise<WebAssembly.Module> {
  return loadAssembly(encodeKernelSource(relaxed), 'the encoding kernel');
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
