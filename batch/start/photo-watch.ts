import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import type { Part } from '../serve/closing.ts';
import type { Log } from '../serve/log.ts';

/** Files are often written in pieces, and folders file by file: nothing is done before this has passed without a change. */
const QUIET_MS = 2000;

export interface PhotoWatchOptions {
  /** A folder, which is watched with its subfolders, or a list, of which the file alone is watched. */
  readonly source: string;
  /** A folder whose changes do not count: the index may lie among the photographs. */
  readonly except: string;
  /** Takes up what changed. Never called twice at a time; a failure is logged. */
  readonly refresh: (signal: AbortSignal) => Promise<void>;
  readonly log: Log;
  readonly quietMs?: number | undefined;
}

/**
 * Calls `refresh` after photographs changed, and once at the beginning: they may have changed while the index was built.
 * Links to other folders are not followed.
 */
export class PhotoWatch implements Part {
  readonly #options: PhotoWatchOptions;
  readonly #watcher: FSWatcher;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  /** @throws AppError `file_unreadable` where changes cannot be watched. */
  constructor(options: PhotoWatchOptions) {
    this.#options = options;
    const { source, log } = options;
    try {
      const isFolder = statSync(source).isDirectory();
      const folder = isFolder ? source : dirname(resolve(source));
      this.#watcher = watch(folder, { recursive: isFolder }, (_event, name) => {
        if (name === null || this.#counts(folder, name, isFolder)) this.#changed();
      });
    } catch (cause) {
      throw new AppError('file_unreadable', `changes of ${source} cannot be watched: ${String(cause)}`, {
        hint: 'start without --watch: changes are picked up at the next start. On Linux, fs.inotify.max_user_watches limits the number of folders',
        cause,
      });
    }
    this.#watcher.on('error', (error) => {
      log.warn(
        { err: error },
        'changes of photographs may have been missed; they are picked up at the next start',
      );
    });
    this.#changed();
  }

  /** Ends the watch, and a `refresh` that is under way. */
  async close(): Promise<void> {
    this.#watcher.close();
    clearTimeout(this.#timer);
    this.#stop.abort(new AppError('cancelled', 'stopped'));
    await this.#running;
  }

  #counts(folder: string, name: string, isFolder: boolean): boolean {
    const { source, except } = this.#options;
    if (!isFolder) return name === basename(source);
    const [path, index] = [resolve(folder, name), resolve(except)];
    return path !== index && !path.startsWith(index + sep);
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), this.#options.quietMs ?? QUIET_MS);
  }

  #refresh(): void {
    if (this.#stop.signal.aborted) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    const { refresh, log } = this.#options;
    this.#running = refresh(this.#stop.signal)
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        log.error({ err: error }, 'photographs that changed could not be indexed');
      })
      .finally(() => {
        this.#running = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.#refresh();
      });
  }
}
