import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { fileReason } from '../../shared/platform/file-reason.ts';

/** The files of a split: `{split}_` and these. The first three must exist. */
export const SPLIT_FILES = {
  features: 'ims.npy',
  boxes: 'ims_bbx.npy',
  sizes: 'ims_size.npy',
  whole: 'ims_whole.npy',
  encoded: 'ims_encoded.npy',
  encoder: 'ims_encoded.json',
  source: 'features.json',
  captionIds: 'precaps_stan.txt',
  captionTexts: 'caps.txt',
  dependencies: 'caps.json',
  captionImages: 'caption_images.txt',
  imageNames: 'images.txt',
  metadata: 'metadata.jsonl',
} as const;

/** The path of one file of a split. */
export function splitFile(folder: string, split: string, file: keyof typeof SPLIT_FILES): string {
  return join(folder, `${split}_${SPLIT_FILES[file]}`);
}

/**
 * The splits of a data folder: the names with region features.
 *
 * @throws AppError `file_missing`, `file_unreadable`.
 */
export async function listSplits(folder: string): Promise<string[]> {
  const end = `_${SPLIT_FILES.features}`;
  const names = await listFolder(folder);
  return names.flatMap((name) => (name.endsWith(end) ? [name.slice(0, -end.length)] : [])).sort();
}

/**
 * The names of the entries of a folder.
 *
 * @throws AppError `file_missing`, `file_unreadable`.
 */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new AppError('file_missing', `there is no folder ${folder}`, {
        hint: 'look at the path; relative ones start at the current folder',
        cause: thrown,
      });
    }
    const what =
      code === 'ENOTDIR' ? 'is a file, expected a folder' : `cannot be listed: ${fileReason(thrown)}`;
    throw new AppError('file_unreadable', `${folder} ${what}`, { cause: thrown });
  }
}
