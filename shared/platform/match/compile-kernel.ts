import { resolve } from 'node:path';
import { toAppError } from '../../errors/index.ts';
import { type AssemblyFolder, type AssemblySource, compileAssembly } from '../assembly/index.ts';
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

const loading = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The compiled kernel; built by the first call that finds none for the sources as they are now.
 * @throws AppError `backend_unavailable`
 */
export function loadMatchKernel(build: KernelBuild): Promise<WebAssembly.Module> {
  const name = buildName(build);
  const found = loading.get(name);
  if (found !== undefined) return found;
  const module = compileAssembly(matchKernelSource(build)).catch((thrown: unknown) => {
    loading.delete(name);
    throw toAppError(thrown, 'backend_unavailable', 'the matching kernel');
  });
  loading.set(name, module);
  return module;
}

/** What the kernel is compiled from. */
export function matchKernelSource(build: KernelBuild): AssemblySource {
  return {
    folder: MATCH_SOURCES,
    entry: 'kernel.ts',
    target: `match/match-${buildName(build)}`,
    flags: [
      ...FLAGS,
      ...(build.relaxed ? ['--enable', 'relaxed-simd'] : []),
      ...(build.sharedMemory ? ['--sharedMemory'] : []),
    ],
  };
}

function buildName({ relaxed, sharedMemory }: KernelBuild): string {
  return `${relaxed ? 'relaxed' : 'plain'}-${sharedMemory ? 'shared' : 'single'}`;
}
