import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { assertWritable, syncFolder, writing } from '../../../shared/platform/atomic-file.ts';
import { fileReason } from '../../../shared/platform/file-reason.ts';

/** The files and folders of a report. */
export const REPORT_FILES = { page: 'index.html', queries: 'queries.jsonl', thumbnails: 'pictures' } as const;

/**
 * Checks that a report can be written: the folder does not exist, is empty, or holds an earlier report.
 *
 * @throws AppError `conflict`, `file_unwritable`.
 */
export async function assertReportFolder(path: string): Promise<void> {
  const names = await namesIn(path);
  const known: readonly string[] = Object.values(REPORT_FILES);
  const other = names?.find((name) => !known.includes(name));
  if (other === undefined) return assertWritable(path);
  throw new AppError('conflict', `${path} exists and is not a report of an evaluation: it holds ${other}`, {
    hint: 'name a new folder, or empty this one',
  });
}

/**
 * Writes a report aside and renames it when it is complete; an earlier one is removed then.
 *
 * @throws AppError `conflict`, `file_unwritable`, and whatever `write` throws.
 */
export async function replaceReport(path: string, write: (aside: string) => Promise<void>): Promise<void> {
  const target = resolve(path);
  await assertReportFolder(target);
  const parent = dirname(target);
  const aside = await writing(path, async () => {
    await mkdir(parent, { recursive: true });
    return mkdtemp(join(parent, `.${basename(target)}.`));
  });
  const fresh = join(aside, 'new');
  try {
    await writing(path, () => mkdir(fresh));
    await write(fresh);
    await writing(path, async () => {
      if ((await namesIn(target)) !== undefined) await rename(target, join(aside, 'old'));
      await rename(fresh, target);
      await syncFolder(parent);
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function namesIn(path: string): Promise<string[] | undefined> {
  try {
    return await readdir(path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new AppError('file_unwritable', `${path} cannot be replaced by the report: ${fileReason(thrown)}`, {
      hint: 'name a new folder',
      cause: thrown,
    });
  }
}
