import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { SCHEMA_FILE } from '../data/index-fields.ts';
import { listedFiles } from '../photos/find/image-names.ts';
import type { Part } from '../serve/closing.ts';
import type { Log } from '../serve/log.ts';

/** Chosen. Files are often written in pieces, and folders file by file: nothing is done before this has passed without a change. */
const QUIET_MS = 2000;

export interface PhotoWatchOptions {
  /** A folder, which is watched with its subfolders, or a list, which is watched with the files that it names. */
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
  readonly #source: FSWatcher;
  readonly #isFolder: boolean;
  /** The folders of the files that a list names. */
  #listed: readonly FSWatcher[] = [];
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  /** @throws AppError `file_unreadable` where changes cannot be watched. */
  constructor(options: PhotoWatchOptions) {
    this.#options = options;
    const { source, except } = options;
    try {
      this.#isFolder = statSync(source).isDirectory();
      const folder = this.#isFolder ? source : dirname(resolve(source));
      const index = resolve(except);
      this.#source = this.#watch(folder, (name) => {
        if (!this.#isFolder) return name === basename(source) || name === SCHEMA_FILE;
        const path = resolve(folder, name);
        return path !== index && !path.startsWith(index + sep);
      });
    } catch (cause) {
      throw new AppError('file_unreadable', `changes of ${source} cannot be watched: ${String(cause)}`, {
        hint: 'start without --watch: changes are picked up at the next start. On Linux, fs.inotify.max_user_watches limits the number of folders',
        cause,
      });
    }
    this.#changed();
  }

  /** Ends the watch, and a `refresh` that is under way. */
  async close(): Promise<void> {
    for (const watcher of [this.#source, ...this.#listed]) watcher.close();
    clearTimeout(this.#timer);
    this.#stop.abort(new AppError('cancelled', 'stopped'));
    await this.#running;
  }

  /** Watches a folder, with its subfolders if the source is one; `counts` says which names in it are of interest. */
  #watch(folder: string, counts: (name: string) => boolean): FSWatcher {
    const watcher = watch(folder, { recursive: this.#isFolder }, (_event, name) => {
      if (name === null || counts(name)) this.#changed();
    });
    return watcher.on('error', (error) => this.#warn(error));
  }

  #warn(error: unknown): void {
    this.#options.log.warn(
      { err: error },
      'changes of photographs may have been missed; they are picked up at the next start',
    );
  }

  /** Watches the files that a list names now. The new watches begin before those of another list end, so nothing is missed. */
  async #watchListed(): Promise<void> {
    if (this.#isFolder) return;
    const files = await listedFiles(this.#options.source);
    if (this.#stop.signal.aborted) return;
    const before = this.#listed;
    const watchers: FSWatcher[] = [];
    for (const [folder, names] of watchable(files.values())) {
      try {
        watchers.push(this.#watch(folder, (name) => names.has(name)));
      } catch (thrown) {
        this.#warn(thrown);
      }
    }
    this.#listed = watchers;
    for (const watcher of before) watcher.close();
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
    this.#running = this.#watchListed()
      .then(() => refresh(this.#stop.signal))
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

/** The names that count in each folder. Of a folder that does not exist, it is its own name in the next one that does. */
function watchable(paths: Iterable<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    let at = path;
    while (!folders.has(dirname(at)) && !existsSync(dirname(at))) at = dirname(at);
    const names = folders.get(dirname(at)) ?? new Set();
    folders.set(dirname(at), names.add(basename(at)));
  }
  return folders;
}
