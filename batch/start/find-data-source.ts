import type { IndexFolder } from '../index/index-folder.ts';
import type { DataSource } from './data-source.ts';
import { gallerySource, servesGallery } from './gallery-source.ts';
import type { StartOptions } from './start-options.ts';

/**
 * The data for a start: the named data; otherwise the built-in gallery, if the index is empty or holds the gallery.
 * Undefined if the index holds other data, which is then served as it is.
 *
 * @throws AppError of `gallerySource`.
 */
export async function findDataSource(
  options: StartOptions,
  index: IndexFolder,
): Promise<DataSource | undefined> {
  const { data, split, checkpoint } = options;
  if (data !== undefined) return { folder: data, split, checkpoint, prepare: async () => {} };
  const empty = (await index.active()) === undefined;
  if (empty ? options.build : await servesGallery(index, options)) return gallerySource(options);
  return undefined;
}
