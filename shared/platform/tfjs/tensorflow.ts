import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { backendUnavailable, firstLine } from './errors.ts';
import { loadWithLogLevel } from './tensorflow-log.ts';
import { readSetUpManifest, SET_UP_FILES, setUpFolder, tensorflowFolder } from './tensorflow-set-up.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';
const HINT = 'run `npm run setup:tensorflow` (docs/tensorflow.md), or choose another backend';
const HINT_AGAIN = 'run `npm run setup:tensorflow -- --force`, or choose another backend';
/** Above TF.js's own backends, with the priority that the package itself registers. */
const PRIORITY = 3;

const require = createRequire(import.meta.url);

/**
 * Starts libtensorflow (CUDA or CPU): the JavaScript half of `@tensorflow/tfjs-node-gpu` from the installed packages, so
 * that there is only one TF.js, on the native half that `npm run setup:tensorflow` compiled (`GSMN_TENSORFLOW` names a
 * folder other than `.tensorflow/`). TensorFlow logs errors only, unless `TF_CPP_MIN_LOG_LEVEL` says otherwise.
 *
 * @throws AppError `backend_unavailable` where nothing was set up, or for another version, or where it does not load.
 */
export async function loadTensorflow(): Promise<void> {
  const folder = await findEngine(tensorflowFolder());
  restoreLegacyChecks();
  try {
    loadWithLogLevel(folder);
    const binding = require(join(folder, SET_UP_FILES.binding)) as TFJSBinding;
    const { NodeJSKernelBackend } = await import('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js');
    await import('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js');
    const backend = new NodeJSKernelBackend(binding, PACKAGE);
    tf.registerBackend('tensorflow', () => backend, PRIORITY);
  } catch (thrown) {
    throw backendUnavailable('tensorflow', firstLine(thrown), HINT_AGAIN, thrown);
  }
  if (!(await tf.setBackend('tensorflow'))) {
    throw backendUnavailable('tensorflow', 'libtensorflow does not start', HINT_AGAIN);
  }
}

/** The folder of the libraries, after checking that they were made for the installed package. */
async function findEngine(target: string): Promise<string> {
  const manifest = await readSetUpManifest(target).catch((thrown: unknown) => {
    throw backendUnavailable('tensorflow', `what is set up in ${target} is broken`, HINT_AGAIN, thrown);
  });
  if (manifest === undefined) {
    throw backendUnavailable('tensorflow', `nothing is set up in ${target}`, HINT);
  }
  const { version } = require(`${PACKAGE}/package.json`) as { version: string };
  if (manifest.binding !== version) {
    const why = `it was set up for ${PACKAGE} ${manifest.binding}, but ${version} is installed`;
    throw backendUnavailable('tensorflow', why, HINT);
  }
  return setUpFolder(target);
}

/** tfjs-node calls a function that Node 23 removed, and one for which Node prints a deprecation. */
function restoreLegacyChecks(): void {
  const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray: typeof Array.isArray };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
}
