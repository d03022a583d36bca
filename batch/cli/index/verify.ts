import process from 'node:process';
import { GENERATION_PATHS, verifyFiles } from '../../../shared/generation/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import { collectionStates, describeState } from '../../index/collection-states.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { verifyPoints } from '../../index/points.ts';
import { verifyNodes } from '../../index/verify-nodes.ts';
import { withStorage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';

/** `gsmn index verify [generation]` */
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
  const unsettled = collections.filter(({ status }) => status !== 'green');
  for (const state of unsettled) {
    process.stderr.write(`note: collection ${state.collection} is ${describeState(state)}\n`);
  }
  if (unsettled.some(({ status }) => status === 'grey')) {
    process.stderr.write('  Qdrant does not index it by itself: `gsmn index build` again wakes it.\n');
  }
  const { images, captions } = manifest;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ generation: id, images: images.count, captions: captions.count, sealed, collections })}\n`
      : `generation ${id} is whole: ${images.count} images, ${captions.count} captions\n`,
  );
}
