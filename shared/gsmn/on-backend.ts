import * as tf from '@tensorflow/tfjs';
import { AppError } from '../errors/index.ts';

/**
 * Runs tensor operations on the named TF.js backend, which must be loaded. TF.js keeps one current backend for the
 * whole process, so it is set right before the synchronous `work`, never across an `await`.
 * Every tensor that `work` creates and does not return is disposed of. The caller owns what it returns: tensors, or
 * plain objects and arrays of them (but not a Map).
 * @throws AppError `backend_unavailable` when nothing loaded that backend
 */
export function onBackend<T>(backend: string, work: () => T): T {
  if (tf.findBackend(backend) === null) {
    throw new AppError('backend_unavailable', `the TF.js backend "${backend}" is not loaded`, {
      hint: 'call loadTfjsBackend first',
    });
  }
  // Synchronous for a backend that is loaded; the promise only reports that.
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
  return tf.tidy(work as () => tf.TensorContainer) as T;
}

/** Disposes of every tensor in plain objects and arrays; a tensor may occur twice. */
export function disposeAll(tensors: object): void {
  tf.dispose(tensors as tf.TensorContainer);
}

/** The numbers of a float tensor. Disposes of the tensor, even if reading fails. */
export async function takeData(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return (await tensor.data()) as Float32Array;
  } finally {
    tensor.dispose();
  }
}
