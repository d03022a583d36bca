import { AppError } from '../../shared/errors/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import { incompleteCollections } from '../index/collection-states.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import { pushPoints } from '../index/points.ts';

/** What is needed to make the index searchable. */
export interface EnsureIndexParts {
  readonly index: IndexFolder;
  readonly store: QdrantStore;
  /** Builds and activates the wanted generation, or finds it; undefined to serve the existing index. */
  readonly build: (() => Promise<unknown>) | undefined;
  /** Whether points that the database lacks may be sent. */
  readonly maySend: boolean;
  readonly signal: AbortSignal;
}

/**
 * The active generation of an index, after the wanted one was built or found. Points that the vector database lacks (it is another
 * one than at the build, or was emptied) are sent again, and those that are not of the generation are deleted.
 *
 * @throws AppError `generation_missing`, `generation_incomplete` when something is missing and may not be made.
 */
export async function ensureIndex(parts: EnsureIndexParts): Promise<GenerationManifest> {
  const { index, store, build, maySend, signal } = parts;
  await build?.();
  const manifest = await index.manifest((await index.requireActive()).generation);
  const incomplete = await incompleteCollections(store, manifest);
  if (incomplete === undefined) return manifest;
  if (!maySend) {
    throw new AppError('generation_incomplete', incomplete, {
      hint: 'start without --no-build: the points are sent again',
    });
  }
  await pushPoints(store, index.generation(manifest.id), manifest, { signal });
  return manifest;
}
