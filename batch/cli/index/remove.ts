import process from 'node:process';
import type { QdrantStore } from '../../../workers/clients/index.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { lockIndex } from '../../index/index-lock.ts';
import { pruneEncoders, pruneGenerations, removeGeneration } from '../../index/remove-generation.ts';
import { withStorage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';

/** `gsmn index remove <generation>` */
export function runRemove(beginning: string, options: IndexOptions): Promise<void> {
  return removing(options, async (index, store) => {
    const id = await index.findGeneration(beginning, { unfinished: true });
    await removeGeneration(index, store, id);
    return [id];
  });
}

/** `gsmn index prune` */
export function runPrune(options: IndexOptions & { readonly keep: number }): Promise<void> {
  return removing(options, async (index, store) => [
    ...(await pruneGenerations(index, store, options.keep)),
    ...(await pruneEncoders(index)),
  ]);
}

async function removing(
  options: IndexOptions,
  remove: (index: IndexFolder, store: QdrantStore) => Promise<string[]>,
): Promise<void> {
  const index = new IndexFolder(options.index);
  const lock = lockIndex(index.lock);
  try {
    const removed = await withStorage(options, ({ store }) => remove(index, store));
    const said = removed.length === 0 ? 'nothing to remove' : `removed ${removed.join(', ')}`;
    process.stdout.write(`${said} (${index.path})\n`);
  } finally {
    lock.release();
  }
}
