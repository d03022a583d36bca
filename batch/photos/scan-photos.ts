import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { pMapIterable } from 'p-map';
import { findPhotos } from './find/find-photos.ts';
import type { Found, PhotoEntry } from './find/photo-entry.ts';
import { HeicDecoder } from './heic/heic-decoder.ts';
import { type Inspection, inspectPhoto, sha256Of } from './inspect-photo.ts';
import type { ScanRecord } from './memory/scan-record.ts';
import { PhotoFault, type PhotoProblem } from './photo-problem.ts';
import { nameOfForm, type PixelForm, type Pixels } from './read/decode-pixels.ts';
import { download } from './read/download.ts';
import type { PhotoLimits } from './read/photo-limits.ts';
import { fileFault, fileState, readPhotoFile } from './read/read-file.ts';

const NEVER = new AbortController().signal;

/** Raised whenever the same file gives another inspection or other pixels. */
const READER_VERSION = 1;

/** A photograph that was read. */
export interface Photo extends Pick<PhotoEntry, 'id' | 'name' | 'location' | 'given'> {
  readonly inspection: Inspection;
}

/** What became of a file. Pixels are there if `pixelsFor` asked for them: once for each content. */
export type Scanned =
  | { readonly kind: 'photo'; readonly photo: Photo; readonly pixels?: Pixels | undefined }
  | { readonly kind: 'problem'; readonly problem: PhotoProblem }
  /** A file that is no image and whose name does not promise one. */
  | { readonly kind: 'other'; readonly name: string };

export interface ScanOptions {
  /** A folder, or a list. */
  readonly source: string;
  readonly limits: PhotoLimits;
  /** What the photographs are decoded to. */
  readonly form: PixelForm;
  /** Whether the place of a photograph is read. */
  readonly gps: boolean;
  /** Opened with `readerName` of the same options. */
  readonly record: ScanRecord;
  /** Whether the pixels of this content are needed; by default, none are. */
  readonly pixelsFor?: ((sha256: string) => boolean) | undefined;
  /** Files worked on at a time; `defaultThreads` by default. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One more than there are cores, so that none of them waits for the disk. */
export function defaultThreads(): number {
  return availableParallelism() + 1;
}

/** All that an inspection depends on besides the file: the reader of a `ScanRecord`. */
export function readerName({ form, gps }: Pick<ScanOptions, 'form' | 'gps'>): string {
  return `photos@${READER_VERSION} ${nameOfForm(form)}${gps ? ' gps' : ''}`;
}

/**
 * Reads the photographs of a folder or a list in parallel, and yields them in their stable order. Files in a state that
 * the record knows are not read, unless their pixels are needed. At most twice as many files as are worked on at a time
 * are in memory: it reads on when the caller takes results. Faults of single files are results.
 *
 * @throws AppError as `findPhotos`; what writing the record throws; the signal's reason.
 */
export async function* scanPhotos(options: ScanOptions): AsyncGenerator<Scanned> {
  const { source, record, signal, concurrency = defaultThreads() } = options;
  const heic = HeicDecoder.isInstalled() ? new HeicDecoder(concurrency) : undefined;
  const scan = new PhotoReader(options, heic);
  let complete = false;
  try {
    yield* pMapIterable(findPhotos(source), (found) => scan.read(found), {
      concurrency,
      backpressure: 2 * concurrency,
    });
    signal?.throwIfAborted();
    complete = true;
  } finally {
    await heic?.close();
    await (complete ? record.finish() : record.pause());
  }
}

class PhotoReader {
  readonly #options: ScanOptions;
  readonly #heic: HeicDecoder | undefined;
  /** Contents that were decoded in this scan, or are being decoded: the same bytes are decoded once. */
  readonly #inspections = new Map<string, Promise<Inspection>>();

  constructor(options: ScanOptions, heic: HeicDecoder | undefined) {
    this.#options = options;
    this.#heic = heic;
  }

  async read(found: Found): Promise<Scanned> {
    this.#options.signal?.throwIfAborted();
    if (found.kind === 'problem') {
      const { path, code, reason } = found;
      return { kind: 'problem', problem: { path, code, reason } };
    }
    try {
      return 'url' in found.location
        ? await this.#readAddress(found, found.location.url)
        : await this.#readFile(found, found.location.path);
    } catch (thrown) {
      if (!(thrown instanceof PhotoFault)) throw thrown;
      return { kind: 'problem', problem: { path: found.name, code: thrown.code, reason: thrown.message } };
    }
  }

  async #readFile(entry: PhotoEntry, path: string): Promise<Scanned> {
    const { record, limits } = this.#options;
    const state = fileState(
      await stat(path, { bigint: true }).catch((thrown: unknown) => {
        throw fileFault(thrown);
      }),
    );
    const known = record.last(entry.name);
    if (known?.state === state.text) {
      if (known.inspection === null && !entry.promised) return { kind: 'other', name: entry.name };
      if (known.inspection !== null && this.#suffices(known.inspection))
        return photoOf(entry, known.inspection);
    }
    const content = await readPhotoFile(path, limits.bytes);
    if (content.bytes === undefined) {
      if (entry.promised) throw noImage(content.state.size);
      record.remember(entry.name, content.state.text, null, content.state.modifiedMs);
      return { kind: 'other', name: entry.name };
    }
    const { inspection, pixels } = await this.#inspect(content.bytes);
    record.remember(entry.name, content.state.text, inspection, content.state.modifiedMs);
    return photoOf(entry, inspection, pixels);
  }

  async #readAddress(entry: PhotoEntry, url: string): Promise<Scanned> {
    const { record, limits, signal } = this.#options;
    const known = record.last(entry.name);
    const inspected = known?.inspection ?? undefined;
    const options = { maximumBytes: limits.bytes, seconds: limits.seconds, signal };
    const loaded = await download(url, {
      ...options,
      knownState: inspected !== undefined && this.#suffices(inspected) ? known?.state : undefined,
    });
    if (loaded.bytes === undefined && inspected !== undefined) return photoOf(entry, inspected);
    const { inspection, pixels } = await this.#inspect(loaded.bytes ?? new Uint8Array());
    if (loaded.state !== '') record.remember(entry.name, loaded.state, inspection);
    return photoOf(entry, inspection, pixels);
  }

  /** Whether what is remembered is enough: it is within the limits of this scan, and no pixels are needed. */
  #suffices({ sha256, bytes, width, height }: Inspection): boolean {
    const { limits, pixelsFor } = this.#options;
    return bytes <= limits.bytes && width * height <= limits.pixels && !(pixelsFor?.(sha256) ?? false);
  }

  async #inspect(bytes: Uint8Array): Promise<{ inspection: Inspection; pixels?: Pixels | undefined }> {
    const { limits, form, gps, pixelsFor, signal = NEVER } = this.#options;
    const sha256 = sha256Of(bytes);
    const running = this.#inspections.get(sha256);
    if (running !== undefined) return { inspection: await running };
    const made = inspectPhoto(bytes, sha256, {
      limits,
      form,
      gps,
      signal,
      decodeHeic: this.#heic?.decode,
    });
    this.#inspections.set(
      sha256,
      made.then(({ inspection }) => inspection),
    );
    // Its copies wait for the same promise; if there are none, nobody does.
    this.#inspections.get(sha256)?.catch(() => {});
    const { inspection, pixels } = await made;
    return pixelsFor?.(sha256) ? { inspection, pixels } : { inspection };
  }
}

function photoOf(
  { id, name, location, given }: PhotoEntry,
  inspection: Inspection,
  pixels?: Pixels,
): Extract<Scanned, { kind: 'photo' }> {
  return { kind: 'photo', photo: { id, name, location, given, inspection }, pixels };
}

function noImage(size: number): PhotoFault {
  if (size === 0) return new PhotoFault('empty', 'the file is empty');
  return new PhotoFault('not_an_image', 'the content is no image that can be read, whatever the name says');
}
