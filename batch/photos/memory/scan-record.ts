import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic, writing } from '../../../shared/platform/atomic-file.ts';
import { type Inspection, inspectionSchema } from '../inspect-photo.ts';

const FORMAT = 'gsmn-photo-scan';
const VERSION = 1;
/** Lines that are gathered before they are written. Chosen: what a stopped run has to read again. */
const BATCH = 64;
/** A file that was changed so recently may change again without another time. Chosen: FAT counts time in steps of two seconds. */
const UNSETTLED_MS = 2000;

const headSchema = z.object({ format: z.literal(FORMAT), version: z.literal(VERSION), reader: z.string() });
const lineSchema = z.object({
  name: z.string(),
  state: z.string().min(1),
  /** null: the file is no image. */
  inspection: inspectionSchema.nullable(),
});
type Line = z.infer<typeof lineSchema>;

/** The file of what scans remember of a source, in a folder of caches. */
export function scanRecordPath(cache: string, source: string): string {
  const name = createHash('sha256').update(resolve(source)).digest('hex').slice(0, 16);
  return join(cache, 'scans', `${name}.jsonl`);
}

/** What an earlier scan saw of a file. */
export type Remembered = Pick<Line, 'state' | 'inspection'>;

/**
 * What scans saw of each file, with the file's state at that time: a file in the same state is not read again. One file
 * of JSON lines: the head names what read the photographs, and each line is appended as soon as it is known, so that a
 * stopped scan continues. A line that cannot be read costs the reading of its photograph.
 */
export class ScanRecord {
  readonly #path: string;
  readonly #reader: string;
  readonly #lines: Map<string, Line>;
  readonly #seen = new Set<string>();
  #batch: Line[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, reader: string, lines: Map<string, Line>) {
    this.#path = path;
    this.#reader = reader;
    this.#lines = lines;
  }

  /**
   * Opens a record, or begins it if it is missing or was made by another reader.
   *
   * @param reader all that the lines depend on beside the files.
   */
  static async open(path: string, reader: string): Promise<ScanRecord> {
    const record = await ScanRecord.#load(path, reader);
    await record.#rewrite();
    return record;
  }

  /** Reads a record, and writes nothing: to see what a scan would have to do. */
  static read(path: string, reader: string): Promise<Pick<ScanRecord, 'last'>> {
    return ScanRecord.#load(path, reader);
  }

  static async #load(path: string, reader: string): Promise<ScanRecord> {
    const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return '';
      throw thrown;
    });
    const [head = '', ...rest] = text.split('\n');
    const known = headSchema.safeParse(parse(head));
    const lines = new Map<string, Line>();
    if (known.success && known.data.reader === reader) {
      for (const line of rest) {
        const read = lineSchema.safeParse(parse(line));
        if (read.success) lines.set(read.data.name, read.data);
      }
    }
    return new ScanRecord(path, reader, lines);
  }

  /** What was last seen of a file, whatever its state is now. */
  last(name: string): Remembered | undefined {
    this.#seen.add(name);
    return this.#lines.get(name);
  }

  /**
   * Remembers what was seen in a state.
   *
   * @param modifiedMs when the file was changed; undefined where the state alone tells.
   */
  remember(name: string, state: string, inspection: Inspection | null, modifiedMs?: number): void {
    this.#seen.add(name);
    if (modifiedMs !== undefined && Math.abs(Date.now() - modifiedMs) < UNSETTLED_MS) return;
    const line = { name, state, inspection };
    this.#lines.set(name, line);
    this.#batch.push(line);
    if (this.#batch.length >= BATCH) this.#flush();
  }

  /** Writes the record anew, without the files that were not there any more. @throws AppError `file_unwritable`. */
  async finish(): Promise<void> {
    for (const name of this.#lines.keys()) if (!this.#seen.has(name)) this.#lines.delete(name);
    await this.#rewrite();
  }

  /** Writes what was gathered, for a scan that stops early. @throws AppError `file_unwritable`. */
  async pause(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  async #rewrite(): Promise<void> {
    await this.#writing;
    this.#batch = [];
    const head = { format: FORMAT, version: VERSION, reader: this.#reader };
    await writeFileAtomic(this.#path, jsonLines([head, ...this.#lines.values()]));
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#writing = this.#writing.then(() =>
      writing(this.#path, async () => {
        await mkdir(dirname(this.#path), { recursive: true });
        await appendFile(this.#path, jsonLines(batch));
      }),
    );
    // Reported by the next `pause` or `finish`.
    this.#writing.catch(() => {});
  }
}

function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line that was cut when a process was killed.
    return undefined;
  }
}
