import process from 'node:process';
import { AppError } from '../../../shared/errors/index.ts';
import { GENERATION_PATHS, verifyFiles } from '../../../shared/generation/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import type { QdrantStore } from '../../../workers/clients/index.ts';
import { type CollectionState, collectionStates, describeState } from '../../index/collection-states.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { verifyPoints } from '../../index/points.ts';
import { verifyNodes } from '../../index/verify-nodes.ts';
import { isWritable, withStorage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';

/**
 * `gsmn index verify [generation]`. Of an index that this user may only read the files are verified: the embedded database
 * cannot be opened without writing it, and `start --no-build` serves such an index from the files alone.
 */
export async function runVerify(
  beginning: string | undefined,
  options: IndexOptions & { readonly json?: boolean },
): Promise<void> {
  const index = new IndexFolder(options.index);
  const id =
    beginning === undefined
      ? (await index.requireActive()).generation
      : await index.findGeneration(beginning);
  const manifest = await index.manifest(id);
  const { sealed } = await index.storedManifest(id);
  const folder = index.generation(id);
  const files = folderFiles(folder);
  const collections = await interruptible(async (signal) => {
    await withProgress('files', 'bytes', (onProgress) =>
      verifyFiles(files, manifest, { signal, onProgress }),
    );
    await withProgress('graphs', 'graphs', (onProgress) =>
      verifyNodes(files, manifest, { signal, onProgress }),
    );
    return withStorage(options, async ({ store }) => {
      if (options.qdrant === undefined && !(await canBeRead(store, index, signal))) return undefined;
      await withProgress('points', 'points', (onProgress) =>
        verifyPoints(store, folder, manifest, { signal, onProgress }),
      );
      return collectionStates(store, manifest);
    });
  });
  if (!sealed) {
    process.stderr.write(
      `note: the manifest of ${id} has no sum (${GENERATION_PATHS.manifestSum}): an older program built it, and damage to the manifest itself cannot be seen. Remove the generation and build it again to have one.\n`,
    );
  }
  if (collections !== undefined) noteUnsettled(collections);
  const { images, captions } = manifest;
  const counts = `${images.count} images, ${captions.count} captions`;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ generation: id, images: images.count, captions: captions.count, sealed, collections: collections ?? null })}\n`
      : collections === undefined
        ? `the files of generation ${id} are whole: ${counts}; its points were not looked at\n`
        : `generation ${id} is whole: ${counts}\n`,
  );
}

/** Opens the embedded database, or says why it cannot be opened by who may only read the index. */
async function canBeRead(store: QdrantStore, index: IndexFolder, signal: AbortSignal): Promise<boolean> {
  try {
    await store.listCollections({ signal });
    return true;
  } catch (thrown) {
    // A full disk is another matter.
    if (!(thrown instanceof AppError) || thrown.code !== 'file_unwritable' || isWritable(index)) throw thrown;
    process.stderr.write(
      `warning: the points are not looked at: ${thrown.message}\n  Run it as the owner of the index to compare them too.\n`,
    );
    return false;
  }
}

function noteUnsettled(collections: readonly CollectionState[]): void {
  const unsettled = collections.filter(({ status }) => status !== 'green');
  for (const state of unsettled) {
    process.stderr.write(`note: collection ${state.collection} is ${describeState(state)}\n`);
  }
  if (unsettled.some(({ status }) => status === 'grey')) {
    process.stderr.write('  Qdrant does not index it by itself: `gsmn index build` again wakes it.\n');
  }
}
