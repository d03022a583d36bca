import { AppError, type ErrorCode } from '../../shared/errors/index.ts';
import { createQdrantStore, type QdrantStore, storeThrough } from '../../workers/clients/index.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import type { Part } from './closing.ts';
import { publishedAddress, responds } from './database-address.ts';
import { openForCommand, type TurnOptions } from './database-turn.ts';

/** A command closes its database when it has not used it for this long, so that a service can open it. */
const IDLE_MS = 500;
/** How often a call is repeated because the process that had the database open has ended. */
const MOVES = 3;

/** Errors of a database whose process may have ended. */
const UNREACHABLE: ReadonlySet<ErrorCode> = new Set(['recall_unavailable', 'timeout']);

/** The database, wherever it is open. */
interface Connection extends Part {
  readonly url: string;
  readonly store: QdrantStore;
  /** Whether this process has it open. */
  readonly own: boolean;
}

/**
 * The embedded database of an index as a command uses it. It is found or opened by the first call. A database that this
 * process has opened is closed while it is not used; one of another process that has ended is taken over.
 */
export class CommandStore implements Part {
  readonly store: QdrantStore;
  readonly #index: IndexFolder;
  readonly #options: TurnOptions;
  #connection: Promise<Connection> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(index: IndexFolder, options: TurnOptions) {
    this.#index = index;
    this.#options = options;
    this.store = storeThrough((call) => this.#call(call));
  }

  /** Ends the database if this process has it open; no call may be under way. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#disconnect();
  }

  /** One call, repeated where the database is now if it has moved: all calls have the same effect when they are repeated. */
  async #call<T>(work: (store: QdrantStore) => Promise<T>): Promise<T> {
    for (let moves = 0; ; moves++) {
      const acquired = this.#acquire();
      try {
        const connection = await acquired;
        try {
          return await work(connection.store);
        } catch (thrown) {
          if (moves === MOVES || !(await this.#hasMoved(connection, thrown))) throw thrown;
          // Another call may have noticed it already.
          if (this.#connection === acquired) await this.#disconnect();
        }
      } finally {
        this.#release();
      }
    }
  }

  #acquire(): Promise<Connection> {
    clearTimeout(this.#idle);
    this.#users++;
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  #release(): void {
    this.#users--;
    if (this.#users > 0) return;
    this.#idle = setTimeout(() => {
      this.#disconnect().catch((err: unknown) =>
        this.#options.log.error({ err }, 'the database did not close'),
      );
    }, IDLE_MS);
  }

  async #connect(): Promise<Connection> {
    try {
      await this.#closing;
      const found = await openForCommand(this.#index, this.#options);
      const own = 'close' in found;
      const { url, apiKey } = found;
      return {
        url,
        own,
        store: createQdrantStore({ url, apiKey }),
        close: own ? () => found.close() : async () => {},
      };
    } catch (thrown) {
      // The next call tries again.
      this.#connection = undefined;
      throw thrown;
    }
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    const closing = this.#closing.then(async () => (await connection?.catch(() => undefined))?.close());
    this.#closing = closing.catch(() => {});
    await closing;
  }

  async #hasMoved({ own, url }: Connection, thrown: unknown): Promise<boolean> {
    if (own || !(thrown instanceof AppError) || !UNREACHABLE.has(thrown.code)) return false;
    const address = await publishedAddress(this.#index, this.#options.log);
    return address?.url !== url || !(await responds(address));
  }
}
