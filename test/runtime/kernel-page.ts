/** What a page runs in test/e2e/kernels.test.ts: the scenario, on kernels that it fetches. */
import { fetchKernels, loadKernels } from '../../shared/kernels/index.ts';
import { runScenario, type ScenarioNumbers } from './kernel-scenario.ts';

/** Functions of the page for tests; the folder of the kernels is an address with a trailing slash. */
export interface KernelPage {
  /** With the build that the browser supports. */
  run(folder: string): Promise<ScenarioNumbers>;
  /** Without relaxed instructions. */
  runPlain(folder: string): Promise<ScenarioNumbers>;
  /** Message of the error that `run` throws. */
  failure(folder: string): Promise<string>;
}

const page: KernelPage = {
  run: async (folder) => runScenario(await fetchKernels(folder)),
  runPlain: async (folder) =>
    runScenario(
      await loadKernels((file) =>
        WebAssembly.compileStreaming(fetch(new URL(file.replace('relaxed', 'plain'), folder))),
      ),
    ),
  failure: (folder) =>
    fetchKernels(folder).then(
      () => 'none',
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    ),
};

Object.assign(globalThis, { kernelPage: page });
