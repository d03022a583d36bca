import { resolve } from 'node:path';
import { type AssemblyFolder, type AssemblySource, loadAssembly } from '../assembly/index.ts';
import { REGISTER_TILES } from './register-tiles.ts';

/** The kernel's sources; the encoding kernel takes its products from them too. */
export const MATCH_SOURCES: AssemblyFolder = {
  path: resolve(import.meta.dirname, '../../match/simd/assembly'),
  generated: REGISTER_TILES,
};
const FLAGS = [
  '-O3 --noAssert --runtime stub --use abort= --enable simd --enable threads',
  '--importMemory --initialMemory 1 --maximumMemory 65536',
].flatMap((some) => some.split(' '));

/** One way to build the kernel. */
export interface KernelBuild {
  /** With relaxed SIMD, which older runtimes refuse. */
  readonly relaxed: boolean;
  /** For a memory that threads share, which not every platform has. */
  readonly sharedMemory: boolean;
}

/** The compiled kernel. @throws AppError `backend_unavailable` */
export function loadMatchKernel(build: KernelBuild): Promise<WebAssembly.Module> {
  return loadAssembly(matchKernelSource(build), 'the matching kernel');
}

/** What the kernel is compiled from. */
export function matchKernelSource({ relaxed, sharedMemory }: KernelBuild): AssemblySource {
  return {
    folder: MATCH_SOURCES,
    entry: 'kernel.ts',
    target: `match/match-${relaxed ? 'relaxed' : 'plain'}-${sharedMemory ? 'shared' : 'single'}`,
    flags: [
      ...FLAGS,
      ...(relaxed ? ['--enable', 'relaxed-simd'] : []),
      ...(sharedMemory ? ['--sharedMemory'] : []),
    ],
  };
}
