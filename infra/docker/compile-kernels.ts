/** Compiles every kernel that Node loads into `.build`, for a place without the compiler. */
import { buildAssembly } from '../../shared/platform/assembly/index.ts';
import { encodeKernelSource } from '../../shared/platform/encode/index.ts';
import { matchKernelSource } from '../../shared/platform/match/index.ts';
import { loadScanKernel } from '../../workers/qdrant-local/vectors/kernel.ts';

for (const relaxed of [true, false]) {
  await buildAssembly(encodeKernelSource(relaxed));
  for (const sharedMemory of [true, false]) await buildAssembly(matchKernelSource({ relaxed, sharedMemory }));
}
await loadScanKernel();
