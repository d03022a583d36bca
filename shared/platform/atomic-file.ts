import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { AppError } from '../errors/index.ts';

function unwritable(path: string, thrown: unknown): AppError {
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  const reasons: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EACCES: 'no permission',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is not a folder',
  };
  return new AppError('file_unwritable', `${path} cannot be written: ${reasons[code] ?? String(thrown)}`, {
    hint: 'free space or choose another folder, then run the command again',
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
  { mode = 0o666 }: { readonly mode?: number } = {},
): Promise<void> {
  const folder = dirname(path);
  const aside = join(folder, `.${basename(path)}.${process.pid}.tmp`);
  await writing(path, async () => {
    await mkdir(folder, { recursive: true });
    const handle = await open(aside, 'w', mode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, path);
    await syncFolder(folder);
  }).catch(async (thrown: unknown) => {
    await rm(aside, { force: true });
    throw thrown;
  });
}

/**
 * Removes what killed processes were writing in a folder; does not touch what a living one writes.
 *
 * @throws AppError `file_unwritable`.
 */
export async function removeUnfinished(folder: string): Promise<void> {
  await writing(folder, async () => {
    for (const name of await readdir(folder)) {
      const writer = /^\..+\.(\d+)\.tmp$/.exec(name)?.[1];
      if (writer !== undefined && !isAlive(Number(writer))) await rm(join(folder, name), { force: true });
    }
  });
}

/** Whether a process is running, also another user's. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    // It exists, and belongs to another user.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The parsed JSON of a file, or undefined if there is no such file. */
export async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AppError('file_unreadable', `${path} cannot be read`, { cause: thrown });
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
