import process from 'node:process';
import { AppError } from '../../shared/errors/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { IndexFolder } from '../index/index-folder.ts';
import type { Part } from './closing.ts';
import { CommandStore } from './command-store.ts';
import { openForService } from './database-turn.ts';
import { assertDatabaseWritable, openTemporaryDatabase } from './embedded-database.ts';
import { createLog, type Log } from './log.ts';

/** The vector database of an index, for a service. */
export interface Storage extends Part {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly store: QdrantStore;
  /** Of an embedded database of this process: rejects when it has ended and cannot be started again. */
  readonly ended?: Promise<void> | undefined;
  /** An empty database of this process alone, because the index cannot be written. */
  readonly temporary: boolean;
}

export interface StorageOptions {
  /** Address of a Qdrant; without it the index's embedded database is used. */
  readonly qdrant?: string | undefined;
  /** Whether the index may be changed: written, and its database replaced if it is damaged. */
  readonly mayChange: boolean;
  readonly log: Log;
  /** Ends the waiting for a command that uses the database. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The vector database for a service: the named Qdrant (with the key `QDRANT_API_KEY`), otherwise the embedded one, which this
 * process opens and publishes, so that an index can be rebuilt while it is searched. Of an index that may not be changed
 * and cannot be written the database is a temporary one, to be filled from the generation.
 *
 * @throws AppError `conflict` when another process has it open, `file_unwritable`, `format_invalid`.
 */
export async function openStorage(
  index: IndexFolder,
  { qdrant, mayChange, log, signal }: StorageOptions,
): Promise<Storage> {
  if (qdrant !== undefined) return { ...namedQdrant(qdrant), temporary: false, close: async () => {} };
  const temporary = !mayChange && !isWritable(index);
  const database = temporary
    ? await openTemporaryDatabase(log)
    : await openForService(index, { mayReplace: mayChange, log, signal });
  const { url, apiKey, ended } = database;
  const store = createQdrantStore({ url, apiKey });
  return { url, apiKey, store, ended, temporary, close: () => database.close() };
}

/**
 * Lends a command the vector database of an index, wherever it is open; only warnings are logged.
 *
 * @param options.mayReplace whether a damaged database may be replaced by an empty one, because the command fills it
 */
export async function withStorage<T>(
  {
    index,
    qdrant,
    mayReplace = false,
  }: { readonly index: string; readonly qdrant?: string | undefined; readonly mayReplace?: boolean },
  use: (storage: Pick<Storage, 'store'>) => Promise<T>,
): Promise<T> {
  if (qdrant !== undefined) return use(namedQdrant(qdrant));
  const opened = new CommandStore(new IndexFolder(index), { mayReplace, log: createLog('warn') });
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}

function namedQdrant(url: string): Pick<Storage, 'url' | 'apiKey' | 'store'> {
  const apiKey = process.env.QDRANT_API_KEY || undefined;
  return { url, apiKey, store: createQdrantStore({ url, apiKey }) };
}

/** Whether this process may write the embedded database of an index, and so open it. */
export function isWritable(index: IndexFolder): boolean {
  try {
    assertDatabaseWritable(index);
    return true;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'file_unwritable') return false;
    throw thrown;
  }
}
