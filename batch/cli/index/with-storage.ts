import { IndexFolder } from '../../index/index-folder.ts';
import { createLog } from '../../serve/log.ts';
import { openStorage, type Storage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';

/** Opens the vector database of an index, uses it and closes it. */
export async function withStorage<T>(
  { index, qdrant }: IndexOptions,
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const storage = await openStorage(new IndexFolder(index), { qdrant, log: createLog('warn') });
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}
