import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { backendUnavailable } from './errors.ts';
import { repairUnpack } from './wasm-unpack.ts';

/** Starts TF.js's WebAssembly backend, whose binaries are in its package. */
export async function loadWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(main), '/'));
  repairUnpack();
  if (!(await tf.setBackend('wasm'))) {
    throw backendUnavailable(
      'wasm',
      'its WebAssembly module does not start',
      'install the packages again (npm ci)',
    );
  }
}
