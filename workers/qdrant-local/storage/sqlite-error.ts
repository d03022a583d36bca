import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';

/** Primary result codes of SQLite that a user can do something about. */
const KNOWN: Readonly<Record<number, readonly [ErrorCode, string, string]>> = {
  5: [
    'conflict',
    'is in use by another process',
    'Stop the other qdrant-local, or use another file for this one.',
  ],
  8: ['file_unwritable', 'is read-only', 'Give the process the right to write the file and its folder.'],
  10: ['file_unreadable', 'could not be read or written', 'Check the disk.'],
  11: ['format_invalid', 'is damaged', 'Restore it from a copy, or delete it and build the index again.'],
  13: [
    'file_unwritable',
    'could not grow: the disk is full',
    'Free some space; nothing of the request was written.',
  ],
  14: ['file_unreadable', 'cannot be opened', 'Check the path and its permissions.'],
  26: ['format_invalid', 'is not a SQLite file', 'Name another file, or move this one away.'],
};

/** Translates errors of node:sqlite; any other error is returned unchanged. */
export function sqliteError(thrown: unknown, path: string): unknown {
  const code = (thrown as { errcode?: unknown } | null)?.errcode;
  if (typeof code !== 'number') return thrown;
  const [kind, text, hint] = KNOWN[code & 0xff] ?? [
    'internal',
    `failed: ${(thrown as Error).message}`,
    undefined,
  ];
  return new AppError(kind, `the store ${path} ${text}`, { hint, cause: thrown });
}
