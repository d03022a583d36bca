import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeEmptyFolder, syncFolder, writing } from '../../shared/platform/atomic-file.ts';
import type { PretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import { sumFiles } from '../../shared/platform/pretrained/pretrained-files.ts';
import { indexEncoderFolder } from '../../shared/platform/pretrained/recall-texts.ts';
import type { IndexFolder } from './index-folder.ts';

/**
 * Copies what texts and images are encoded with into the index, once for each pretrained encoder, so that a service that has the index
 * needs nothing else. A copy that is damaged is made again.
 *
 * @throws AppError `file_unwritable`; the signal's reason.
 */
export async function keepEncoder(
  { path: index }: IndexFolder,
  { folder: source, identity, texts, images, sums }: PretrainedEncoder,
  signal?: AbortSignal,
): Promise<void> {
  const folder = indexEncoderFolder(index, identity);
  const paths = [...new Set([...texts.paths, ...images.paths])];
  const isWhole = async (path: string): Promise<boolean> =>
    existsSync(join(folder, path)) && (await sumFiles(folder, [path], signal))[path] === sums[path];
  const whole: boolean[] = [];
  for (const path of paths) whole.push(await isWhole(path));
  if (!whole.includes(false)) return;
  const aside = `${folder}.tmp`;
  await writing(folder, async () => {
    await makeEmptyFolder(aside);
    for (const path of paths) {
      signal?.throwIfAborted();
      await mkdir(dirname(join(aside, path)), { recursive: true });
      await copyFile(join(source, path), join(aside, path));
    }
    await syncFolder(aside);
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
    await syncFolder(dirname(folder));
  });
}
