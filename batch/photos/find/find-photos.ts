import { stat } from 'node:fs/promises';
import { findInFolder } from './find-in-folder.ts';
import type { Found } from './photo-entry.ts';
import { listFormat, readList } from './read-list.ts';

/**
 * The photographs of a folder or a list, in a stable order, with stable and unique ids.
 *
 * @throws AppError as `findInFolder` and `readList`.
 */
export async function* findPhotos(source: string): AsyncGenerator<Found> {
  const format = listFormat(source);
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (format !== undefined && !isFolder) yield* readList(source, format);
  else yield* findInFolder(source);
}

/** How many results `findPhotos` has: the total of their progress. @throws AppError as `findPhotos`; the signal's reason. */
export async function countPhotos(source: string, signal?: AbortSignal): Promise<number> {
  let total = 0;
  for await (const _ of findPhotos(source)) {
    signal?.throwIfAborted();
    total++;
  }
  return total;
}
