import { join, resolve } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { SET_UP_FILES } from '../../shared/platform/tfjs/tensorflow-set-up.ts';
import { runTool, toolOutput } from '../run-tool.ts';
import type { Tools } from './requirements.ts';

const sources = resolve(import.meta.dirname, '../../node_modules/@tensorflow/tfjs-node-gpu/binding');

const FLAGS = [
  '-std=c++17',
  '-O2',
  '-fPIC',
  '-shared',
  '-DNAPI_VERSION=8',
  // The binding's own sources are older than the compilers' rules and cause many warnings.
  '-fpermissive',
  '-w',
];

/**
 * Compiles the addons against the headers and libraries of a wheel. Their search path is relative, so that the folder
 * can be moved.
 *
 * @param folder contains the unpacked wheel, and receives the addons.
 * @throws AppError `backend_unavailable` with what the compiler said.
 */
export async function compileAddons(
  { compiler, nodeHeaders }: Tools,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) =>
    join(folder, 'tensorflow', name),
  );
  const compile = async (name: string, files: readonly string[], linked: readonly string[]) => {
    const includes = [nodeHeaders, join(folder, 'tensorflow', 'include'), sources].map((path) => `-I${path}`);
    const output = ['-Wl,-rpath,$ORIGIN/tensorflow', '-o', join(folder, name)];
    await runTool(compiler, [...FLAGS, ...includes, ...files, ...linked, ...output], { signal }).catch(
      (thrown: unknown) => {
        throw new AppError(
          'backend_unavailable',
          `${name} could not be compiled by ${compiler}: ${toolOutput(thrown)}`,
          {
            hint: 'use the pinned TensorFlow (no --wheel), or another compiler (environment variable CXX)',
            cause: thrown,
          },
        );
      },
    );
  };
  const own = (name: string) => join(import.meta.dirname, 'addons', name);
  await compile(SET_UP_FILES.captureStderr, [own('capture-stderr.cc')], []);
  await compile(SET_UP_FILES.logLevel, [own('log-level.cc')], libraries.slice(1));
  const binding = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources, name));
  await compile(SET_UP_FILES.binding, binding, libraries);
}
