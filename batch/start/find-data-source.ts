import type { IndexFolder } from '../index/index-folder.ts';
import type { DataSource } from './data-source.ts';
import { gallerySource, servesGallery } from './gallery-source.ts';
import type { StartOptions } from './start-options.ts';

/**
 * The data that a start is about: what was named; else the built-in gallery, where the index holds nothing yet or the
 * gallery already. Undefined when the index holds other data, which is served as it is.
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
