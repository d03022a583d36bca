import { AppError } from '../../shared/errors/index.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { readLines } from '../data/text-files.ts';

/**
 * Writes a text file of whole lines whose ids other files depend on. It replaces a different file only if forced to.
 *
 * @returns whether it was written; false if the same file existed.
 * @throws AppError `conflict`, `file_unwritable`, `file_unreadable`, `format_invalid`.
 */
export async function writeNewFile(path: string, text: string, force: boolean): Promise<boolean> {
  if (!force) {
    const lines = await readLines(path);
    if (lines?.map((line) => `${line}\n`).join('') === text) return false;
    if (lines !== undefined) {
      throw new AppError('conflict', `${path} exists already and differs`, {
        hint: 'models that were trained with it need it; pass --force to replace it, or write to another file',
      });
    }
  }
  await writeFileAtomic(path, text);
  return true;
}
