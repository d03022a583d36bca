import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../shared/errors/index.ts';
import { assertChangeable } from '../../shared/platform/atomic-file.ts';

/** The lock of an index; its holder releases it. */
export interface IndexLock {
  release(): void;
}

/**
 * Takes the lock of an index, so that two builds do not write to each other's files. It is SQLite's own lock of a file:
 * the operating system releases it when the process ends, however it ends.
 *
 * @throws AppError `conflict` when another process holds it, `file_unwritable`.
 */
export function lockIndex(path: string): IndexLock {
  // SQLite would accept a file that it can only read, and lock nothing.
  assertChangeable(dirname(path));
  assertChangeable(path);
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path);
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    const held = database;
    return { release: () => held.close() };
  } catch (cause) {
    database?.close();
    if (/locked|busy/i.test(String(cause))) {
      throw new AppError('conflict', `another process is changing the index ${dirname(path)}`, {
        hint: 'wait until it is done, or stop it; what it has built so far is kept',
        cause,
      });
    }
    throw new AppError('file_unwritable', `the index ${dirname(path)} cannot be written: ${String(cause)}`, {
      hint: 'check the free space, or choose another folder with --index',
      cause,
    });
  }
}
