import { AppError } from '../../shared/errors/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import { activate } from '../index/activate.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import { pushPoints } from '../index/points.ts';

/** What is needed to make the index searchable. */
export interface EnsureIndexParts {
  readonly index: IndexFolder;
  readonly store: QdrantStore;
  /** Builds and activates the wanted generation, or finds it; undefined to serve the existing index. */
  readonly build: (() => Promise<unknown>) | undefined;
  /** False: nothing may be built or sent. */
  readonly mayChange: boolean;
  readonly signal: AbortSignal;
}

/**
 * The active generation of an index, after the wanted one was built or found. Points that the vector database lacks (it is another
 * one than at the build, or was emptied) are sent again.
 *
 * @throws AppError `generation_missing`, `generation_incomplete` when something is missing and nothing may change.
 */
export async function ensureIndex(parts: EnsureIndexParts): Promise<GenerationManifest> {
  const { index, store, build, mayChange, signal } = parts;
  if (mayChange) await build?.();
  const manifest = await index.manifest(await index.requireActive());
  if (await holdsImages(store, manifest)) return manifest;
  if (!mayChange) {
    throw new AppError(
      'generation_incomplete',
      `collection ${manifest.collections.images} does not hold all ${manifest.images.count} images`,
      { hint: 'start without --no-build: the points are sent again' },
    );
  }
  await pushPoints(store, index.generation(manifest.id), manifest, { signal });
  await activate(index, store, manifest.id);
  return manifest;
}

async function holdsImages(store: QdrantStore, manifest: GenerationManifest): Promise<boolean> {
  const info = await store.collectionInfo(manifest.collections.images);
  return (info?.points ?? 0) >= manifest.images.count;
}
