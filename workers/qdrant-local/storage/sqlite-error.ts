import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';

/** How to go on without a store that is damaged. */
export const REBUILD = 'Restore it from a copy, or delete it and build the index again.';

/** Primary result codes of SQLite that a user can do something about. */
const KNOWN: Readonly<Record<number, readonly [ErrorCode, string, string]>> = {
  // The statements are part of this program, so it is the file that lacks a table or has another format.
  1: ['store_damaged', 'does not hold what this program expects', REBUILD],
  5: [
    'conflict',
    'is in use by another process',
    'Stop the other qdrant-local, or use another file for this one.',
  ],
  8: ['file_unwritable', 'is read-only', 'Give the process the right to write the file and its folder.'],
  10: ['file_unreadable', 'could not be read or written', 'Check the disk.'],
  11: ['store_damaged', 'is damaged', REBUILD],
  13: [
    'file_unwritable',
    'could not grow: the disk is full',
    'Free some space; nothing of the request was written.',
  ],
  14: ['file_unreadable', 'cannot be opened', 'Check the path and its permissions.'],
  26: ['store_damaged', 'is not a SQLite file', 'Name another file, or move this one away.'],
};

/** Translates errors of node:sqlite; any other error is returned unchanged. */
export function sqliteError(thrown: unknown, path: string): unknown {
  const code = (thrown as { errcode?: unknown } | null)?.errcode;
  if (typeof code !== 'number') return thrown;
  const { message } = thrown as Error;
  const [kind, text, hint] = KNOWN[code & 0xff] ?? ['internal', 'failed', undefined];
  return new AppError(kind, `the store ${path} ${text} (SQLite: ${message})`, { hint, cause: thrown });
}
