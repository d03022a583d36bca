import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { assertChangeable } from '../../shared/platform/atomic-file.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import type { Part } from './closing.ts';
import { startDatabase } from './database.ts';
import { newApiKey, publishAddress, type Role, withdrawAddress } from './database-address.ts';
import type { Log } from './log.ts';

/** The embedded database, open in this process. */
export interface EmbeddedDatabase extends Part {
  readonly url: string;
  readonly apiKey: string;
  /** Rejects when it has ended and cannot be started again. */
  readonly ended: Promise<void>;
}

export interface OpenDatabaseOptions {
  readonly role: Role;
  /** Whether a damaged file is set aside and replaced by an empty one, which the caller fills again. */
  readonly mayReplace: boolean;
  readonly log: Log;
}

/** What SQLite appends to the names of files that belong to a database. */
const FILES = ['', '-wal', '-shm'];

/**
 * Opens the embedded database of an index and publishes its address. A damaged one is set aside if it may be replaced.
 *
 * @throws AppError `conflict` when another process has it open, `file_unwritable` when it may not be written,
 *   `store_damaged` when it is damaged and may not be replaced, and what starting it throws.
 */
export async function openDatabase(
  index: IndexFolder,
  options: OpenDatabaseOptions,
): Promise<EmbeddedDatabase> {
  assertDatabaseWritable(index);
  const apiKey = newApiKey();
  const database = await startWhole(index, apiKey, options);
  try {
    await publishAddress(index, { url: database.url, apiKey, role: options.role });
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  return {
    url: database.url,
    apiKey,
    ended: database.ended,
    close: async () => {
      // Before it is closed, so that nobody finds an address where nothing responds.
      await withdrawAddress(index, apiKey);
      await database.close();
    },
  };
}

async function startWhole(
  index: IndexFolder,
  apiKey: string,
  { mayReplace, log }: OpenDatabaseOptions,
): ReturnType<typeof startDatabase> {
  const start = () => startDatabase({ path: index.database, port: 0, apiKey, log });
  try {
    const database = await start();
    if (!mayReplace || !(await hasDamagedPoints(index, database.url, apiKey))) return database;
    await database.close();
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'store_damaged') throw thrown;
    if (!mayReplace) {
      throw new AppError('store_damaged', thrown.message, {
        hint: '`gsmn start` and `gsmn index build` set it aside and fill a new one from the generation',
        cause: thrown,
      });
    }
  }
  await setAside(index.database, log);
  return start();
}

/**
 * Whether the points of the active generation cannot be read. The database reads them when it is first asked for their
 * collection, and compares them with their checksums.
 */
async function hasDamagedPoints(index: IndexFolder, url: string, apiKey: string): Promise<boolean> {
  for (const name of await activeCollections(index)) {
    const answer = await fetch(`${url}/collections/${encodeURIComponent(name)}`, {
      headers: { 'api-key': apiKey },
    });
    await answer.body?.cancel();
    if (answer.status === UNREADABLE) return true;
  }
  return false;
}

async function activeCollections(index: IndexFolder): Promise<string[]> {
  try {
    const active = await index.active();
    if (active === undefined) return [];
    const { images, captions } = (await index.manifest(active.generation)).collections;
    return captions === undefined ? [images] : [images, captions];
  } catch (thrown) {
    // What is wrong with the generation is reported by those who read it.
    if (thrown instanceof AppError) return [];
    throw thrown;
  }
}

/** The status for faults of the store; a missing collection, a full memory and a lack of time have others. */
const UNREADABLE = 500;

/** An empty database that only this process knows of; it is removed when it is closed. */
export async function openTemporaryDatabase(log: Log): Promise<EmbeddedDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'gsmn-database-'));
  const apiKey = newApiKey();
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const database = await startDatabase({ path: join(folder, 'qdrant.sqlite'), port: 0, apiKey, log });
    return {
      url: database.url,
      apiKey,
      ended: database.ended,
      close: async () => {
        await database.close();
        await remove();
      },
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/** @throws AppError `file_unwritable`. */
export function assertDatabaseWritable(index: IndexFolder): void {
  // SQLite writes other files beside its own.
  assertChangeable(index.path);
  assertChangeable(index.database);
}

/** Nothing is deleted: perhaps a part of it can be saved, or it was something else. */
async function setAside(path: string, log: Log): Promise<void> {
  const aside = `${path}.damaged-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`;
  for (const end of FILES) if (existsSync(path + end)) await rename(path + end, aside + end);
  log.warn(
    { file: path, setAside: aside },
    'the vector database is damaged: it is set aside, and a new one is filled from the generation',
  );
}
