import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { GENERATION_PATHS, MODEL_FILES } from '../../shared/generation/index.ts';
import { writing } from '../../shared/platform/atomic-file.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import type { IndexFolder } from './index-folder.ts';
import { collectionsOf } from './plan.ts';

/**
 * Removes a generation, finished, damaged or unfinished: first its collections, then its folder. The folder is what is known of it, so
 * after a kill the generation is still there and can be removed again; at the end it disappears in one step.
 *
 * @throws AppError `conflict` for the active and the previous generation, `generation_missing`, those of the store.
 */
export async function removeGeneration(index: IndexFolder, store: QdrantStore, id: string): Promise<void> {
  await index.clearRemoved();
  const active = await index.active();
  if (id === active?.generation) {
    throw new AppError('conflict', `generation ${id} is active`, {
      hint: 'activate another one first: `gsmn index activate <id>`',
    });
  }
  if (id === active?.previous) {
    throw new AppError('conflict', `generation ${id} is the previous one, which a rollback would activate`, {
      hint: 'after another generation was activated, it can be removed',
    });
  }
  for (const collection of await collectionsFor(index, id)) await store.deleteCollection(collection);
  await index.remove(id);
  await index.clearRemoved();
}

/**
 * Removes the oldest finished generations, until `keep` are left. The active and the previous one are among those that stay, however
 * old they are.
 *
 * @returns the removed ones, the oldest first.
 */
export async function pruneGenerations(
  index: IndexFolder,
  store: QdrantStore,
  keep: number,
): Promise<string[]> {
  const active = await index.active();
  const protectedIds = [active?.generation, active?.previous].filter((id) => id != null);
  const newest = await index.generationsByAge();
  const others = newest.filter((id) => !protectedIds.includes(id));
  const room = Math.max(0, keep - (newest.length - others.length));
  const removed = others.slice(room).reverse();
  for (const id of removed) await removeGeneration(index, store, id);
  await index.clearRemoved();
  return removed;
}

/**
 * Removes the pretrained encoders in the index that no generation needs, finished or not. If a finished one is damaged so that nobody
 * knows, none is removed.
 *
 * @returns the removed ones, as folders of the index.
 * @throws AppError `file_unwritable`.
 */
export async function pruneEncoders(index: IndexFolder): Promise<string[]> {
  const kept = await index.keptEncoders();
  if (kept.length === 0) return [];
  const recallOf = (folder: string): Promise<string | undefined> =>
    readFile(join(folder, GENERATION_PATHS.model, MODEL_FILES.coarse), 'utf8').catch(() => undefined);
  const finished = await Promise.all((await index.generations()).map((id) => recallOf(index.generation(id))));
  const unfinished = await Promise.all((await index.unfinished()).map((id) => recallOf(index.building(id))));
  if (finished.includes(undefined)) return [];
  // Folders are named by the beginning of the identity that a recall encoder has, or a part of it.
  const needed = [...finished, ...unfinished].join('\n');
  const removed = kept.filter((name) => !needed.includes(name));
  for (const name of removed) {
    const folder = join(index.encoders, name);
    await writing(folder, () => rm(folder, { recursive: true, force: true }));
  }
  return removed.map((name) => `encoders/${name}`);
}

/** The manifest tells the collections; where it cannot be trusted, the id does. */
async function collectionsFor(index: IndexFolder, id: string): Promise<string[]> {
  try {
    const { images, captions } = (await index.manifest(id)).collections;
    return [images, ...(captions === undefined ? [] : [captions])];
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return Object.values(collectionsOf(id));
  }
}
