import type { ByteSource } from '../byte-source.ts';
import { loadPickle, type Unpickled } from '../pickle/load-pickle.ts';
import { TensorViews } from './tensor-views.ts';
import { torchGlobals } from './torch-globals.ts';

/**
 * Reads the pickle of a checkpoint's contents; its tensors do not have their numbers yet.
 *
 * @param size bytes of the whole file.
 */
export async function loadContents(
  source: ByteSource,
  offset: number,
  size: number,
): Promise<Unpickled & { views: TensorViews }> {
  let views = new TensorViews(size);
  const found = await loadPickle(source, offset, () => {
    views = new TensorViews(size);
    return {
      globals: torchGlobals(views),
      persistent: (id, construction) => views.storage(id, construction),
    };
  });
  return { ...found, views };
}
