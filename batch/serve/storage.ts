import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { IndexFolder } from '../index/index-folder.ts';
import { startDatabase } from './database.ts';
import { createLog, type Log } from './log.ts';

/** The vector database of an index. */
export interface Storage {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly store: QdrantStore;
  /** Of an embedded database of this process: rejects when it has ended and cannot be started again. */
  readonly ended?: Promise<void> | undefined;
  /** Ends the embedded database if this process started it. */
  close(): Promise<void>;
}

export interface StorageOptions {
  /** Address of a Qdrant; without it the index's embedded database is used. */
  readonly qdrant?: string | undefined;
  readonly log: Log;
}

/** The address of the embedded database of an index, written by the process that runs it, for others on this machine. */
const addressSchema = z.object({ url: z.url(), apiKey: z.string() });

const FILE = 'qdrant.json';
const PROBE_MS = 2000;

/**
 * The vector database for the commands of an index: the named Qdrant (with the key `QDRANT_API_KEY`), otherwise the
 * embedded one, in the process that already runs it (`gsmn start`) or in this one. So an index can be rebuilt while it
 * is searched.
 *
 * @throws AppError `conflict` when another process has the file and does not answer, and what opening it throws.
 */
export async function openStorage(index: IndexFolder, { qdrant, log }: StorageOptions): Promise<Storage> {
  if (qdrant !== undefined) return storage(qdrant, process.env.QDRANT_API_KEY || undefined, async () => {});
  const running = await findRunning(index);
  if (running !== undefined) return storage(running.url, running.apiKey, async () => {});
  const apiKey = randomBytes(24).toString('base64url');
  const database = await startDatabase({ path: index.database, port: 0, apiKey, log });
  const path = join(index.path, FILE);
  // Only the owner may read it, because it contains the key.
  await writeFileAtomic(path, JSON.stringify({ url: database.url, apiKey }), { mode: 0o600 });
  const close = async () => {
    await rm(path, { force: true });
    await database.close();
  };
  return { ...storage(database.url, apiKey, close), ended: database.ended };
}

/** Opens the vector database of an index, uses it and closes it; only warnings are logged. */
export async function withStorage<T>(
  { index, qdrant }: { readonly index: string; readonly qdrant?: string | undefined },
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const opened = await openStorage(new IndexFolder(index), { qdrant, log: createLog('warn') });
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}

function storage(url: string, apiKey: string | undefined, close: () => Promise<void>): Storage {
  return { url, apiKey, store: createQdrantStore({ url, apiKey }), close };
}

/** The file of a killed process names an address where nothing responds, or the key is wrong. */
async function findRunning(index: IndexFolder): Promise<z.output<typeof addressSchema> | undefined> {
  try {
    const address = addressSchema.parse(JSON.parse(await readFile(join(index.path, FILE), 'utf8')));
    const answer = await fetch(new URL('/collections', address.url), {
      headers: { 'api-key': address.apiKey },
      signal: AbortSignal.timeout(PROBE_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? address : undefined;
  } catch {
    // No file, a broken one, or no response: the database is opened here, which reports the real error.
    return undefined;
  }
}
