import { AppError } from '../../shared/errors/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import { incompleteCollections } from './collection-states.ts';
import type { IndexFolder } from './index-folder.ts';

/**
 * Activates a generation: replaces `active.json`, which the rerank service watches. Nothing else says what is active, so there is no
 * moment between two generations.
 *
 * @throws AppError `generation_missing`, `generation_incomplete`, `checksum_mismatch` (its manifest).
 */
export async function activate(index: IndexFolder, store: QdrantStore, id: string): Promise<void> {
  const { manifest, sha256 } = await index.storedManifest(id);
  const incomplete = await incompleteCollections(store, manifest);
  if (incomplete !== undefined) {
    throw new AppError('generation_incomplete', incomplete, {
      hint: 'run `gsmn index build` again: it sends what is missing',
    });
  }
  const before = await index.active();
  if (before?.generation === id) {
    if (before.manifest !== sha256) await index.writeActive({ ...before, manifest: sha256 });
    return;
  }
  await index.writeActive({ generation: id, manifest: sha256, previous: before?.generation ?? null });
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
