/** Before the tests in workerd: builds the kernels that they import, and computes the expected results in Node. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildKernels, KERNELS_FOLDER } from '../../infra/build-kernels.ts';
import type { KernelFile } from '../../shared/kernels/index.ts';
import { runScenario, type ScenarioNumbers } from './kernel-scenario.ts';
import { type NodeQueryModel, queryModels } from './query-models.ts';

/** Results in Node by build. */
export interface NodeNumbers {
  readonly relaxed: ScenarioNumbers;
  readonly plain: ScenarioNumbers;
}

declare module 'vitest' {
  interface ProvidedContext {
    nodeNumbers: NodeNumbers;
    nodeQueryModels: NodeQueryModel[];
  }
}

/** The results in Node with the built files of either kind. */
export async function computeInNode(): Promise<NodeNumbers> {
  await buildKernels();
  const compile = async (file: KernelFile) => WebAssembly.compile(await readFile(join(KERNELS_FOLDER, file)));
  const run = async (build: 'relaxed' | 'plain') =>
    runScenario({
      match: await compile(`match-${build}.wasm`),
      encode: await compile(`encode-${build}.wasm`),
    });
  return { relaxed: await run('relaxed'), plain: await run('plain') };
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('nodeNumbers', await computeInNode());
  const kernel = await WebAssembly.compile(await readFile(join(KERNELS_FOLDER, 'encode-relaxed.wasm')));
  project.provide('nodeQueryModels', await queryModels(kernel));
}
