import { AppError } from '../../shared/errors/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import type { IndexFolder } from './index-folder.ts';
import { ALIASES } from './points.ts';

/**
 * Activates a generation. Both aliases switch in one request; then `active.json` is replaced, which the rerank service watches. A generation without
 * captions removes their alias. If the command is killed in between, running it again completes both.
 *
 * @throws AppError `generation_missing`, `generation_incomplete`.
 */
export async function activate(index: IndexFolder, store: QdrantStore, id: string): Promise<void> {
  const manifest = await index.manifest(id);
  const { images, captions = null } = manifest.collections;
  for (const [collection, count] of [
    [images, manifest.images.count],
    [captions, manifest.captions.count],
  ] as const) {
    if (collection === null) continue;
    const info = await store.collectionInfo(collection);
    if ((info?.points ?? 0) < count) {
      throw new AppError(
        'generation_incomplete',
        `collection ${collection} does not hold all ${count} points`,
        {
          hint: 'run `gsmn index build` again: it sends what is missing',
        },
      );
    }
  }
  await store.switchAliases([
    { alias: ALIASES.images, collection: images },
    { alias: ALIASES.captions, collection: captions },
  ]);
  const before = await index.active();
  if (before?.generation === id) return;
  await index.writeActive({ generation: id, previous: before?.generation ?? null });
}

/** Activates the generation that was active before. */
export async function rollback(index: IndexFolder, store: QdrantStore): Promise<string> {
  const active = await index.active();
  if (active?.previous == null) {
    throw new AppError('generation_missing', `the index ${index.path} has no previous generation`, {
      hint: '`gsmn index list` shows what is there; `gsmn index activate <id>` activates any of them',
    });
  }
  await activate(index, store, active.previous);
  return active.previous;
}
