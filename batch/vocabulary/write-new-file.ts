import { AppError } from '../../shared/errors/index.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { readLines } from '../data/text-files.ts';

/**
 * Writes a text file, of whole lines, that other files depend on by its ids: never in place of a different one, unless it is forced to.
 *
 * @returns whether it was written; false where the same file was there.
 * @throws AppError `conflict`, `file_unwritable`, `file_unreadable`, `format_invalid`.
 */
export async function writeNewFile(path: string, text: string, force: boolean): Promise<boolean> {
  if (!force) {
    const lines = await readLines(path);
    if (lines?.map((line) => `${line}\n`).join('') === text) return false;
    if (lines !== undefined) {
      throw new AppError('conflict', `${path} is there already, and is another one`, {
        hint: 'models that were trained with it need it; pass --force to replace it, or write elsewhere',
      });
    }
  }
  await writeFileAtomic(path, text);
  return true;
}
