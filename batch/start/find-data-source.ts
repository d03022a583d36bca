import { AppError } from '../../shared/errors/index.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import { type DataSource, imagesOfData } from './data-source.ts';
import { gallerySource, servesGallery } from './gallery-source.ts';
import { photosSource } from './photos-source.ts';
import type { StartOptions } from './start-options.ts';

/**
 * The data for a start: the named data or photographs; otherwise the built-in gallery, if the index is empty or holds the gallery.
 * Undefined if the index holds other data, which is then served as it is.
 *
 * @throws AppError `argument_invalid` for both; of `gallerySource` and `photosSource`.
 */
export async function findDataSource(
  options: StartOptions,
  index: IndexFolder,
): Promise<DataSource | undefined> {
  const { data, photos, split, checkpoint } = options;
  if (options.watch && (photos === undefined || !options.build)) {
    throw new AppError(
      'argument_invalid',
      '--watch indexes photographs: it goes with --photos, and not with --no-build',
    );
  }
  if (options.encoder !== undefined && photos === undefined) {
    throw new AppError('argument_invalid', '--encoder encodes photographs: it goes with --photos');
  }
  if (options.device !== undefined && photos === undefined) {
    throw new AppError('argument_invalid', '--device describes photographs: it goes with --photos');
  }
  if (photos !== undefined) {
    if (data === undefined && split === undefined) return photosSource({ ...options, photos }, index);
    throw new AppError(
      'argument_invalid',
      '--photos is all that is searched: it goes with no --data and no --split',
    );
  }
  if (data !== undefined) {
    return {
      folder: data,
      split,
      checkpoint,
      images: async () => imagesOfData(data),
      prepare: async () => {},
    };
  }
  const empty = (await index.active()) === undefined;
  if (empty ? options.build : await servesGallery(index, options)) return gallerySource(options);
  return undefined;
}
