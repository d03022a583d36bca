import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { createStream } from 'rotating-file-stream';
import { AppError } from '../../shared/errors/index.ts';
import { fileReason } from '../../shared/platform/file-reason.ts';
import type { Part } from './closing.ts';
import type { Log } from './log.ts';

/** A file may grow to this; the full ones are FILE.1, the newest, to FILE.5. Together about three million queries. */
const FILE_SIZE = '100M';
const FULL_FILES = 5;
const OWNER_ONLY = 0o600;

/** A file of the query log, a line of JSON for each entry, which only its owner may read. */
export class QueryLogFile implements Part {
  readonly #stream: ReturnType<typeof createStream>;
  #failed = false;

  private constructor(path: string, log: Log, size: string) {
    this.#stream = createStream(basename(path), {
      path: dirname(path),
      size,
      rotate: FULL_FILES,
      mode: OWNER_ONLY,
    });
    // The search goes on without its log.
    const failed = (err: Error): void => {
      if (!this.#failed) log.error({ err, path }, 'the query log cannot be written');
      this.#failed = true;
    };
    this.#stream.on('error', failed);
    this.#stream.on('warning', failed);
  }

  /**
   * Opens or continues a file.
   *
   * @param size at which it is set aside, as `100M`
   * @throws AppError `file_unwritable`
   */
  static async open(path: string, log: Log, size: string = FILE_SIZE): Promise<QueryLogFile> {
    try {
      await (await open(path, 'a', OWNER_ONLY)).close();
    } catch (cause) {
      throw new AppError('file_unwritable', `the query log ${path} cannot be written: ${fileReason(cause)}`, {
        hint: 'name another file, or make its folder',
        cause,
      });
    }
    return new QueryLogFile(path, log, size);
  }

  write(entry: unknown): void {
    if (!this.#failed) this.#stream.write(`${JSON.stringify(entry)}\n`);
  }

  close(): Promise<void> {
    if (this.#failed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#stream.end((error?: Error | null) => {
        if (error)
          reject(new AppError('file_unwritable', 'the query log could not be finished', { cause: error }));
        else resolve();
      });
    });
  }
}
