/**
 * Builds the kernels that Node loads, into `.build/`. They are built when they are first needed, too; a package and a
 * container contain them, because who runs it may not be allowed to write there.
 */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildAssembly } from '../shared/platform/assembly/index.ts';
import { encodeKernelSource } from '../shared/platform/encode/index.ts';
import { matchKernelSource } from '../shared/platform/match/index.ts';
import { SCAN_SOURCE } from '../workers/qdrant-local/vectors/kernel.ts';

const SOURCES = [
  ...[true, false].flatMap((relaxed) => [
    encodeKernelSource(relaxed),
    ...[true, false].map((sharedMemory) => matchKernelSource({ relaxed, sharedMemory })),
  ]),
  SCAN_SOURCE,
];

export async function buildNodeKernels(): Promise<void> {
  // Their names contain a hash of their sources, so those of earlier sources would stay.
  const folders = new Set(SOURCES.map(({ target }) => dirname(target)));
  for (const folder of folders)
    await rm(join(import.meta.dirname, '..', '.build', folder), { recursive: true, force: true });
  for (const source of SOURCES) await buildAssembly(source);
}

if (import.meta.main) await buildNodeKernels();
