import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { removeUnfinished, writeFileAtomic, writing } from '../../../shared/platform/atomic-file.ts';

/** What is kept for a content. */
export interface CacheEntry {
  readonly sha256: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** Begins every file: the format and its version. */
const MAGIC = Buffer.from('GSMNCC1\n', 'latin1');
/** Magic, and the SHA-256 of what follows. */
const HEAD_BYTES = MAGIC.length + 32;
const FILE_NAME = /^([0-9a-f]{64})\.bin$/;

/**
 * What was made from the content of files, by the SHA-256 of the file: features, renditions. So a photograph that was
 * moved, renamed or copied costs nothing, and one that was changed costs its own work. A damaged entry counts as missing.
 */
export class ContentCache {
  readonly #folder: string;

  /**
   * @param maker what the entries were made by, with its version: another maker does not see them. It is a folder's name.
   */
  constructor(folder: string, maker: string) {
    if (!/^[a-z0-9][\w.@-]*$/i.test(maker)) {
      throw new AppError('argument_invalid', `"${maker}" cannot be the name of a folder in a cache`);
    }
    this.#folder = join(folder, maker);
  }

  /** The bytes for a file's content, if there are some. */
  async get(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = this.#path(sha256);
    let file: Buffer;
    try {
      file = await readFile(path);
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw new AppError('file_unreadable', `${path} cannot be read`, { cause: thrown });
    }
    const content = file.subarray(HEAD_BYTES);
    const sound =
      file.subarray(0, MAGIC.length).equals(MAGIC) &&
      checksum(content).equals(file.subarray(MAGIC.length, HEAD_BYTES));
    return sound ? new Uint8Array(content) : undefined;
  }

  /** @throws AppError `file_unwritable`. */
  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    await writeFileAtomic(this.#path(sha256), Buffer.concat([MAGIC, checksum(bytes), bytes]));
  }

  /** The contents that have an entry, read from the folder once: to ask for many of them. */
  async keys(): Promise<Set<string>> {
    const keys = new Set<string>();
    for (const shelf of await names(this.#folder)) {
      for (const file of await names(join(this.#folder, shelf))) {
        const sha256 = FILE_NAME.exec(file)?.[1];
        if (sha256 !== undefined) keys.add(sha256);
      }
    }
    return keys;
  }

  /** The contents that have an entry, with the bytes of each and when it was written or last touched. */
  async entries(): Promise<readonly CacheEntry[]> {
    const found: CacheEntry[] = [];
    for (const sha256 of await this.keys()) {
      // Another process may have removed it.
      const state = await stat(this.#path(sha256)).catch(() => undefined);
      if (state === undefined) continue;
      found.push({ sha256, bytes: Math.max(0, state.size - HEAD_BYTES), usedMs: state.mtimeMs });
    }
    return found;
  }

  /** Notes that an entry was used just now. A folder that is only read keeps no such notes. */
  async touch(sha256: string): Promise<void> {
    const now = new Date();
    await utimes(this.#path(sha256), now, now).catch(() => {});
  }

  /** Removes an entry, if there is one. @throws AppError `file_unwritable`. */
  async remove(sha256: string): Promise<void> {
    const path = this.#path(sha256);
    await writing(path, () => rm(path, { force: true }));
  }

  /**
   * Removes the entries of all other contents, and what killed processes left.
   *
   * @returns how many entries were removed.
   */
  async keepOnly(contents: ReadonlySet<string>): Promise<number> {
    let removed = 0;
    for (const shelf of await names(this.#folder)) {
      await removeUnfinished(join(this.#folder, shelf));
    }
    for (const sha256 of await this.keys()) {
      if (contents.has(sha256)) continue;
      await this.remove(sha256);
      removed++;
    }
    return removed;
  }

  /** Folders of 256 shelves: file systems dislike folders of 100,000 files. */
  #path(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), `${sha256}.bin`);
  }
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function isMissing(thrown: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((thrown as NodeJS.ErrnoException).code ?? '');
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw new AppError('file_unreadable', `${folder} cannot be read`, { cause: thrown });
  }
}
