import process from 'node:process';
import type { QdrantStore } from '../../../workers/clients/index.ts';
import { activate, rollback } from '../../index/activate.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { lockIndex } from '../../index/index-lock.ts';
import { withStorage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';

/** `gsmn index activate <generation>` */
export function runActivate(beginning: string, options: IndexOptions): Promise<void> {
  return changeIndex(options, async (index, { store }) => {
    const id = await index.findGeneration(beginning);
    await activate(index, store, id);
    return id;
  });
}

/** `gsmn index rollback` */
export function runRollback(options: IndexOptions): Promise<void> {
  return changeIndex(options, (index, { store }) => rollback(index, store));
}

async function changeIndex(
  options: IndexOptions,
  change: (index: IndexFolder, storage: { readonly store: QdrantStore }) => Promise<string>,
): Promise<void> {
  const index = new IndexFolder(options.index);
  const lock = lockIndex(index.lock);
  try {
    const id = await withStorage(options, (storage) => change(index, storage));
    process.stdout.write(`generation ${id} serves (${index.path})\n`);
  } finally {
    lock.release();
  }
}
