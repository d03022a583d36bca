import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { backendUnavailable } from './errors.ts';

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

/**
 * Replaces the wasm backend's kernel behind `tf.unstack`. The published one copies the whole tensor out of the heap for
 * every part that it splits off, N times the work; along the first axis a part is contiguous memory. Other axes and
 * dtypes still use the published kernel.
 */
function repairUnpack(): void {
  const published = tf.getKernel('Unpack', 'wasm');
  tf.unregisterKernel('Unpack', 'wasm');
  tf.registerKernel({
    ...published,
    kernelFunc: (call) => {
      const value = call.inputs.value as tf.TensorInfo;
      if (call.attrs?.axis !== 0 || value.dtype !== 'float32') return published.kernelFunc(call);
      return unstackRows(call.backend as BackendWasm, value);
    },
  });
}

function unstackRows(backend: BackendWasm, value: tf.TensorInfo): tf.TensorInfo[] {
  const [count = 0, ...shape] = value.shape;
  const size = shape.reduce((product, extent) => product * extent, 1);
  return Array.from({ length: count }, (_, index) => {
    const part = backend.makeOutput(shape, 'float32');
    // Both views are created after the allocation, which may move the heap.
    const source = backend.typedArrayFromHeap(value).subarray(index * size, (index + 1) * size);
    backend.typedArrayFromHeap(part).set(source);
    return part;
  });
}
