import type { IndexFolder } from '../../generation/index-folder.ts';
import type { Report } from '../../report.ts';
import { dataFolder } from '../options.ts';
import { gallerySource, servesGallery } from './gallery/gallery-source.ts';
import type { StartOptions } from './start-options.ts';

/** What is searched, and what its index is built from. */
export interface DataSource {
  /** The data folder. */
  readonly folder: string;
  readonly split: string | undefined;
  /** What it is built with; found in the folder when absent. */
  readonly checkpoint: string | undefined;
  /** Makes what is not there yet. */
  prepare(report: Report, signal: AbortSignal): Promise<void>;
}

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
  const { data, dataName, split, checkpoint } = options;
  if (data !== undefined || dataName !== undefined) {
    return { folder: dataFolder(options), split, checkpoint, prepare: async () => {} };
  }
  const empty = (await index.active()) === undefined;
  if (empty ? options.build : await servesGallery(index, options)) return gallerySource(options);
  return undefined;
}
