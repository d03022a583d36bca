import process from 'node:process';
import { verifyFiles } from '../../../shared/generation/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { verifyPoints } from '../../index/points.ts';
import { verifyNodes } from '../../index/verify-nodes.ts';
import { withStorage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';

/** `gsmn index verify [generation]` */
export async function runVerify(beginning: string | undefined, options: IndexOptions): Promise<void> {
  const index = new IndexFolder(options.index);
  const id = beginning === undefined ? await index.requireActive() : await index.findGeneration(beginning);
  const manifest = await index.manifest(id);
  const files = folderFiles(index.generation(id));
  await interruptible(async (signal) => {
    await withProgress('files', 'bytes', (onProgress) =>
      verifyFiles(files, manifest, { signal, onProgress }),
    );
    await withProgress('graphs', 'graphs', (onProgress) =>
      verifyNodes(files, manifest, { signal, onProgress }),
    );
    await withStorage(options, ({ store }) => verifyPoints(store, index.generation(id), manifest));
  });
  const { images, captions } = manifest;
  process.stdout.write(`generation ${id} is whole: ${images.count} images, ${captions.count} captions\n`);
}
