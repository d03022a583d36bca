/** What a page runs in test/e2e/kernels.test.ts: the scenario, on kernels that it fetches. */
import { fetchKernels, loadKernels } from '../../shared/kernels/index.ts';
import { runScenario, type ScenarioNumbers } from './kernel-scenario.ts';

/** What the page can be asked for; the folder of the kernels is an address with a slash at the end. */
export interface KernelPage {
  /** By the build that the browser can run. */
  run(folder: string): Promise<ScenarioNumbers>;
  /** Without relaxed instructions. */
  runPlain(folder: string): Promise<ScenarioNumbers>;
  /** Message of the error that `run` ends with. */
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
