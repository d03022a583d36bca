import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { canonicalJson, sha256Hex } from '../../shared/generation/index.ts';
import { readJsonFile, writeFileAtomic, writing } from '../../shared/platform/atomic-file.ts';

/** Bytes and their position in a file. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The file in the folder of a build that records its progress. */
export const JOURNAL = 'journal.json';

/** The progress of each stage of a build, in the stage's own units, and the sum of that: a wrong number would leave images out. */
const journalSchema = z.strictObject({
  version: z.literal(2),
  done: z.record(z.string(), z.number().int().nonnegative()),
  sha256: z.string(),
});

/** Progress is made durable at most this often: syncing costs more than repeating the work after a kill. */
const CHECKPOINT_MILLISECONDS = 500;

function sumOf(done: Readonly<Record<string, number>>): Promise<string> {
  return sha256Hex([canonicalJson(done)]);
}

/**
 * The folder of a running build. Positions in files are known before the first byte, and what is written at a position
 * depends on the input alone. So a killed build resumes from its journal and ends in the same bytes.
 */
export class Staging {
  readonly path: string;
  readonly #done: Map<string, number>;
  readonly #files = new Map<string, FileHandle>();
  #lastCheckpoint = performance.now();

  private constructor(path: string, done: Map<string, number>) {
    this.path = path;
    this.#done = done;
  }

  /** Opens the folder, new or left by a stopped build. */
  static async open(path: string): Promise<Staging> {
    await writing(path, () => mkdir(path, { recursive: true }));
    const journal = await readJsonFile(join(path, JOURNAL));
    if (journal === undefined) return new Staging(path, new Map());
    const parsed = journalSchema.safeParse(journal);
    if (!parsed.success || parsed.data.sha256 !== (await sumOf(parsed.data.done))) {
      throw new AppError('format_invalid', `${path}/${JOURNAL} is not a build's journal`, {
        hint: `delete the folder ${path} and build again`,
        cause: parsed.error,
      });
    }
    return new Staging(path, new Map(Object.entries(parsed.data.done)));
  }

  /** Number of units of a stage that are certainly on disk. */
  done(stage: string): number {
    return this.#done.get(stage) ?? 0;
  }

  /** Writes a whole small file. */
  async writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
    await writeFileAtomic(join(this.path, path), bytes);
  }

  /** Writes pieces at their positions in a file of known size. */
  async writePieces(path: string, pieces: readonly Piece[]): Promise<void> {
    const full = join(this.path, path);
    await writing(full, async () => {
      const file = await this.#open(full);
      for (const { offset, bytes } of pieces) {
        for (let written = 0; written < bytes.length; ) {
          const { bytesWritten } = await file.write(bytes, written, bytes.length - written, offset + written);
          written += bytesWritten;
        }
      }
    });
  }

  /** Records that a stage has reached `units`; durable now if `force`, else soon. */
  async advance(stage: string, units: number, force = false): Promise<void> {
    this.#done.set(stage, units);
    if (!force && performance.now() - this.#lastCheckpoint < CHECKPOINT_MILLISECONDS) return;
    // The data must be on disk before the journal says so.
    for (const [path, file] of this.#files) await writing(path, () => file.sync());
    const done = Object.fromEntries(this.#done);
    const journal = { version: 2, done, sha256: await sumOf(done) };
    await writeFileAtomic(join(this.path, JOURNAL), `${JSON.stringify(journal)}\n`);
    this.#lastCheckpoint = performance.now();
  }

  async close(): Promise<void> {
    for (const [path, file] of this.#files) {
      await writing(path, async () => {
        await file.sync();
        await file.close();
      });
    }
    this.#files.clear();
  }

  async #open(path: string): Promise<FileHandle> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    await mkdir(dirname(path), { recursive: true });
    // Not 'w': a resumed build must keep existing data.
    const file = await open(path, 'r+').catch(async (thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return open(path, 'wx+');
      throw thrown;
    });
    this.#files.set(path, file);
    return file;
  }
}
