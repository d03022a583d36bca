import * as tf from '@tensorflow/tfjs';
import { AppError } from '../errors/index.ts';
import type { Parameters } from '../model/index.ts';

/** The network's parameters as tensors (variables in training), by the names of `shared/model/parameters.ts`. */
export type NetworkTensors = ReadonlyMap<string, tf.Tensor>;

/** Uploads parameters to the current backend. The caller owns the tensors. */
export function uploadParameters(parameters: Parameters): Map<string, tf.Tensor> {
  return new Map(
    [...parameters].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape], 'float32')]),
  );
}

/** The tensor of that name. */
export function networkTensor<T extends tf.Tensor>(network: NetworkTensors, name: string): T {
  const found = network.get(name);
  if (found === undefined) throw new AppError('shape_mismatch', `the model has no parameter "${name}"`);
  return found as T;
}
