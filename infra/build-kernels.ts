/**
 * Writes the kernels for platforms without Node to `.build/kernels/{match,encode}-{relaxed,plain}.wasm`: a Worker imports
 * them, a page fetches them (`shared/kernels`). They are the same files that Node runs on one thread.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KernelFile } from '../shared/kernels/index.ts';
import { type AssemblySource, buildAssembly } from '../shared/platform/assembly/index.ts';
import { encodeKernelSource } from '../shared/platform/encode/index.ts';
import { matchKernelSource } from '../shared/platform/match/index.ts';
import { writeOutput } from './build-output.ts';

/** Folder of the built kernels. */
export const KERNELS_FOLDER = join(dirname(import.meta.dirname), '.build', 'kernels');

const SOURCES: Record<KernelFile, AssemblySource> = {
  'match-relaxed.wasm': matchKernelSource({ relaxed: true, sharedMemory: false }),
  'match-plain.wasm': matchKernelSource({ relaxed: false, sharedMemory: false }),
  'encode-relaxed.wasm': encodeKernelSource(true),
  'encode-plain.wasm': encodeKernelSource(false),
};

export function isKernelFile(name: string): name is KernelFile {
  return Object.hasOwn(SOURCES, name);
}

/** Writes one kernel to the folder. */
export async function buildKernel(file: KernelFile): Promise<void> {
  await writeOutput(join(KERNELS_FOLDER, file), await readFile(await buildAssembly(SOURCES[file])));
}

export async function buildKernels(): Promise<void> {
  for (const file of Object.keys(SOURCES).filter(isKernelFile)) await buildKernel(file);
}

if (import.meta.main) await buildKernels();
