import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { elementCount } from '../numbers/element-type.ts';
import { loadPickle } from '../pickle/load-pickle.ts';
import { NUMPY_GLOBALS, PickledArray } from '../pickle/numpy-globals.ts';
import { PYTHON_GLOBALS } from '../pickle/pickle-globals.ts';

const GLOBALS = new Map([...PYTHON_GLOBALS, ...NUMPY_GLOBALS]);

/**
 * The objects of an object array, row-major: one pickle of the whole array after the header.
 *
 * @throws AppError `format_refused`, `format_invalid`, `format_unsupported`.
 */
export async function readObjectArray(
  source: ByteSource,
  dataOffset: number,
  shape: readonly number[],
): Promise<unknown[]> {
  const { value, end } = await loadPickle(source, dataOffset, () => ({ globals: GLOBALS }));
  const objects = value instanceof PickledArray && value.dtype === 'object' ? value.data : undefined;
  if (!Array.isArray(objects) || objects.length !== elementCount(shape) || end !== source.size) {
    throw new AppError(
      'format_invalid',
      `${source.name}: its pickle is not the array [${shape.join(', ')}] of its header`,
      {
        hint: 'copy or download the file again',
      },
    );
  }
  return objects;
}
