import { AppError } from '../../shared/errors/index.ts';
import type { NumberTensor } from '../../shared/formats/numbers/element-type.ts';

/** The parameters of a network by name, as PyTorch saves them. */
export interface StateTensors {
  /**
   * The numbers of a tensor.
   *
   * @param shape what its shape must be; undefined where an extent may be any.
   * @throws AppError `format_invalid` if there is no such tensor, `shape_mismatch`.
   */
  read(name: string, shape: readonly (number | undefined)[]): NumberTensor;
}

/** Parameters in what `readCheckpoint` returned for the file `path`. */
export function stateTensors(path: string, state: unknown): StateTensors {
  if (!(state instanceof Map)) {
    throw new AppError('format_invalid', `${path} does not hold the parameters of a network by name`);
  }
  return {
    read: (name, shape) => {
      const value: unknown = state.get(name);
      if (!isTensor(value)) throw new AppError('format_invalid', `${path} has no tensor ${name}`);
      const fits =
        value.shape.length === shape.length &&
        shape.every((extent, axis) => extent === undefined || extent === value.shape[axis]);
      if (fits) return value;
      throw new AppError(
        'shape_mismatch',
        `${name} of ${path} is [${value.shape.join(', ')}], expected [${shape.map((extent) => extent ?? 'any').join(', ')}]`,
      );
    },
  };
}

function isTensor(value: unknown): value is NumberTensor {
  return typeof value === 'object' && value !== null && 'shape' in value && 'data' in value;
}
