import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../shared/errors/index.ts';
import { REBUILD, sqliteError } from './sqlite-error.ts';

/** `gsmq`: marks the file as one of this program. */
const APPLICATION_ID = 0x67736d71;
const VERSION = 1;

const SCHEMA = `
  CREATE TABLE collections (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    config TEXT NOT NULL,
    indexes TEXT NOT NULL,
    operations INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE aliases (
    name TEXT PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collections (key) ON DELETE CASCADE
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`;

/** The only connection to the file, held by this process until `close`. */
export class StoreFile {
  readonly path: string;
  /** Stored in the file, so that a process can tell which file a server has open. */
  readonly id: string;
  readonly #database: DatabaseSync;

  /**
   * Opens or creates the file and locks it. Throws `conflict` if another process uses it, `store_damaged` if it is
   * damaged, something else or of another version, `file_unreadable`, `file_unwritable`.
   */
  constructor(path: string) {
    this.path = path;
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (cause) {
      throw new AppError('file_unwritable', `the folder of the store ${path} cannot be made`, { cause });
    }
    createPrivately(path);
    try {
      this.#database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
    } catch (thrown) {
      throw sqliteError(thrown, path);
    }
    try {
      this.#prepare();
      this.id = this.#identify();
    } catch (thrown) {
      this.#database.close();
      throw sqliteError(thrown, path);
    }
  }

  #prepare(): void {
    // Three rows of 1024 float32 on a page. A lock held while the file is open makes a second writer impossible; FULL
    // syncs the log at each commit, so that acknowledged changes survive a power cut and not only a killed process.
    this.#database.exec(`
      PRAGMA page_size = 16384;
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = 67108864;
    `);
    this.transaction(() => {
      const value = (sql: string) => Object.values(this.#database.prepare(sql).get() ?? {})[0];
      const owner = value('PRAGMA application_id');
      if (owner === 0 && value('SELECT count(*) FROM sqlite_master') === 0) {
        this.#database.exec(SCHEMA);
        return;
      }
      if (owner !== APPLICATION_ID) {
        throw this.#damaged('is a SQLite file of some other program', 'Name another file.');
      }
      const version = value('PRAGMA user_version');
      if (version !== VERSION) {
        throw this.#damaged(
          `has the format ${String(version)}, this program reads ${VERSION}`,
          'Use the release that wrote it, or build the index again into another file.',
        );
      }
      // Pages that nothing reads when the store is opened would otherwise fail in some later request.
      const finding = value('PRAGMA quick_check(1)');
      if (finding !== 'ok') throw this.#damaged(`is damaged: ${String(finding)}`, REBUILD);
      if (value(`SELECT count(*) FROM sqlite_master WHERE name IN ('collections', 'aliases')`) !== 2) {
        throw this.#damaged('is damaged: its tables are missing', REBUILD);
      }
    });
  }

  #damaged(what: string, hint: string): AppError {
    return new AppError('store_damaged', `the store ${this.path} ${what}`, { hint });
  }

  /** The file's id; one without it gets it now. */
  #identify(): string {
    this.#database.exec('CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL) STRICT');
    const id = () => this.#database.prepare('SELECT id FROM identity').get()?.id;
    if (id() === undefined) this.#database.prepare('INSERT INTO identity VALUES (?)').run(randomUUID());
    return String(id());
  }

  /** All of it or nothing; on disk when it returns. */
  transaction<T>(work: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (thrown) {
        // SQLite itself rolls back after some errors, for example when the disk is full.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw thrown;
      }
    } catch (thrown) {
      throw sqliteError(thrown, this.path);
    }
  }

  /** The same for work with pauses. Nothing else may use the file meanwhile. */
  async longTransaction<T>(work: () => Promise<T>): Promise<T> {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = await work();
        this.#database.exec('COMMIT');
        return result;
      } catch (thrown) {
        // It may have been closed in a pause, which rolls back as well.
        if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw thrown;
      }
    } catch (thrown) {
      throw sqliteError(thrown, this.path);
    }
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** A prepared statement; the caller keeps it. */
  prepare(sql: string) {
    try {
      return this.#database.prepare(sql);
    } catch (thrown) {
      throw sqliteError(thrown, this.path);
    }
  }

  /** Reads rows and translates errors. */
  *rows(sql: string): Generator<Record<string, unknown>> {
    try {
      yield* this.prepare(sql).iterate();
    } catch (thrown) {
      throw sqliteError(thrown, this.path);
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/**
 * Creates a missing file so that only its owner may read it; SQLite gives its log the same rights. Nothing follows a
 * name that somebody else could have put there.
 */
function createPrivately(path: string): void {
  if (path === ':memory:') return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new AppError('file_unwritable', `the store ${path} cannot be created`, {
      hint: 'Give the process the right to write its folder.',
      cause,
    });
  }
}
