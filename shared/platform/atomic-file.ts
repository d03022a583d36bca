import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { AppError } from '../errors/index.ts';
import { fileReason, isDenied } from './file-reason.ts';
import { isAlive } from './process-identity.ts';

function unwritable(path: string, thrown: unknown): AppError {
  return new AppError('file_unwritable', `${path} cannot be written: ${fileReason(thrown)}`, {
    hint: isDenied(thrown)
      ? 'give this user the right to write there, or choose another folder'
      : 'free space or choose another folder, then run the command again',
    cause: thrown,
  });
}

/** Runs a writing step and names the file in errors. */
export async function writing<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : unwritable(path, thrown);
  }
}

/**
 * Checks that a file or folder could be made at a path, before long work whose result goes there.
 *
 * @throws AppError `file_unwritable`.
 */
export async function assertWritable(path: string): Promise<void> {
  await writing(path, async () => {
    let folder = dirname(resolve(path));
    while (!existsSync(folder)) folder = dirname(folder);
    // Trying is the only certain answer: permissions are one reason of several.
    await rmdir(await mkdtemp(join(folder, '.writable-')));
  });
}

/** Makes a rename or a new file durable: the folder's entry must also be on disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new file beside the one that it will replace. */
export interface AsideFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/**
 * Opens a new file beside `path`, in the same folder so that it can be renamed. It is never a file or a link that
 * somebody else has put there: the name cannot be guessed, and it must not exist.
 *
 * @param mode the permissions of the file, minus the process's umask.
 */
export async function openAside(path: string, mode = 0o666): Promise<AsideFile> {
  const random = randomBytes(6).toString('hex');
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}.${random}.tmp`);
  return { path: aside, handle: await open(aside, 'wx', mode) };
}

/**
 * Writes a file so that it exists completely or not at all: aside, synced, renamed, folder synced.
 *
 * @param mode the permissions of the file, minus the process's umask.
 *
 * @throws AppError `file_unwritable`.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | string,
  { mode }: { readonly mode?: number } = {},
): Promise<void> {
  const folder = dirname(path);
  await writing(path, async () => {
    await mkdir(folder, { recursive: true });
    const aside = await openAside(path, mode);
    try {
      try {
        await aside.handle.writeFile(bytes);
        await aside.handle.sync();
      } finally {
        await aside.handle.close();
      }
      await rename(aside.path, path);
    } catch (thrown) {
      await rm(aside.path, { force: true });
      throw thrown;
    }
    await syncFolder(folder);
  });
}

/**
 * Makes an empty folder, whatever was there before. It is never one that somebody else has put there.
 *
 * @throws AppError `file_unwritable`.
 */
export async function makeEmptyFolder(path: string): Promise<void> {
  await writing(path, async () => {
    await rm(path, { recursive: true, force: true });
    await mkdir(dirname(path), { recursive: true });
    // Not recursive: that would accept a folder, or a link to one, that appeared meanwhile.
    await mkdir(path);
  });
}

/**
 * Checks that this process may change a file in place, or make it where it does not exist yet. A file that is replaced
 * needs less: `assertWritable`.
 *
 * @throws AppError `file_unwritable` that says why not.
 */
export function assertChangeable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (thrown) {
    const folder = dirname(path);
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT' || folder === path)
      throw unwritable(path, thrown);
    assertChangeable(folder);
  }
}

/**
 * Removes what killed processes were writing in a folder; does not touch what a living one writes.
 *
 * @throws AppError `file_unwritable`.
 */
export async function removeUnfinished(folder: string): Promise<void> {
  await writing(folder, async () => {
    for (const name of await readdir(folder)) {
      const writer = /^\..+\.(\d+)(?:\.[0-9a-f]+)?\.tmp$/.exec(name)?.[1];
      if (writer !== undefined && !isAlive(Number(writer))) await rm(join(folder, name), { force: true });
    }
  });
}

/** The parsed JSON of a file, or undefined if there is no such file. */
export async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AppError('file_unreadable', `${path} cannot be read: ${fileReason(thrown)}`, { cause: thrown });
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new AppError('format_invalid', `${path} is not JSON`, {
      hint: 'it was changed by hand or by another program; restore it',
      cause: thrown,
    });
  }
}
