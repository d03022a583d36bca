import { readFile } from 'node:fs/promises';
import { AppError } from '../shared/errors/index.ts';
import { writeFileAtomic } from '../shared/platform/atomic-file.ts';
import { fileReason } from '../shared/platform/file-reason.ts';

/**
 * Writes a built file unless it is there as it should be: who may not write where the project is installed can still run what is
 * built.
 *
 * @throws AppError `file_unwritable`.
 */
export async function writeOutput(path: string, content: Uint8Array | string): Promise<void> {
  const wanted = Buffer.from(content);
  // A file that cannot be read is written.
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(wanted) === true) return;
  await writeFileAtomic(path, wanted).catch((thrown: unknown) => {
    if (!(thrown instanceof AppError)) throw thrown;
    const state = present === undefined ? 'is not built' : 'was built from other sources';
    throw new AppError(thrown.code, `${path} ${state}, and cannot be written: ${fileReason(thrown.cause)}`, {
      hint: 'run `npm run build` once as a user who may write there',
      cause: thrown,
    });
  });
}
