import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { backendUnavailable, firstLine } from './errors.ts';

/** Starts libtensorflow (CUDA or CPU) through `@tensorflow/tfjs-node-gpu`, whose native binding must have been built. */
export async function loadTensorflow(): Promise<void> {
  restoreIsNullOrUndefined();
  try {
    await import('@tensorflow/tfjs-node-gpu');
  } catch (thrown) {
    throw backendUnavailable(
      'tensorflow',
      firstLine(thrown),
      'build the native binding of @tensorflow/tfjs-node-gpu, or choose another backend',
      thrown,
    );
  }
  if (!(await tf.setBackend('tensorflow'))) {
    throw backendUnavailable('tensorflow', 'libtensorflow does not start', 'choose another backend');
  }
}

/** tfjs-node calls a function that Node 23 dropped. */
function restoreIsNullOrUndefined(): void {
  const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
