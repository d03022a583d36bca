import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Admission } from '../../shared/async/admission.ts';
import { HeicDecoder } from '../photos/heic/heic-decoder.ts';
import { sha256Of } from '../photos/inspect-photo.ts';
import { PhotoFault } from '../photos/photo-problem.ts';
import { DEFAULT_LIMITS } from '../photos/read/photo-limits.ts';
import { fileFault, fileState, readPhotoFile } from '../photos/read/read-file.ts';
import {
  RENDITION_WIDTHS,
  type RenditionWidth,
  renderPhoto,
  renditionMaker,
} from '../photos/read/render-photo.ts';
import type { Part } from './closing.ts';
import type { Log } from './log.ts';
import type { RenditionCache } from './rendition-cache.ts';

/** An image as it is served. */
export interface Rendition {
  readonly webp: Uint8Array<ArrayBuffer>;
  /** Names these bytes: equal tags, equal bytes. */
  readonly tag: string;
}

/** Work that one request began is of use to the next, so it is never given up. */
const NEVER = new AbortController().signal;

/** Images that wait to be rendered. Chosen: a page asks for some tens at a time. */
const QUEUE = 1000;
/** Files whose content is known. Chosen; beyond this, all are forgotten and hashed again. */
const KNOWN_FILES = 100_000;

/**
 * Renders image files at the widths of `RENDITION_WIDTHS` and keeps the results in a cache by the content of the files:
 * a moved file costs nothing, a changed one gets new renditions. Without a cache nothing is kept.
 */
export class Renditions implements Part {
  readonly #log: Log;
  #warned = false;
  readonly #cache: RenditionCache | undefined;
  readonly #turns = new Admission(availableParallelism(), QUEUE);
  readonly #heic = HeicDecoder.isInstalled() ? new HeicDecoder(availableParallelism()) : undefined;
  /** SHA-256 of files, by their path and state. */
  readonly #contents = new Map<string, string>();
  readonly #rendering = new Map<string, Promise<Rendition>>();

  constructor(cache: RenditionCache | undefined, log: Log) {
    this.#cache = cache;
    this.#log = log;
  }

  /**
   * The rendition of a file.
   *
   * @param width as in an address: one of the widths; the widest if it is undefined.
   * @returns undefined if there is no such image, or no such width.
   * @throws AppError `overloaded`.
   */
  async of(path: string, width: string | undefined): Promise<Rendition | undefined> {
    const chosen = RENDITION_WIDTHS.find(
      (each) => String(each) === (width ?? String(RENDITION_WIDTHS.at(-1))),
    );
    if (chosen === undefined) return undefined;
    try {
      const state = await stat(path, { bigint: true }).catch((thrown: unknown) => {
        throw fileFault(thrown);
      });
      const file = `${fileState(state).text} ${path}`;
      const sha256 = this.#contents.get(file);
      const kept = sha256 === undefined ? undefined : await this.#kept(sha256, chosen);
      return kept ?? (await this.#renderOnce(file, path, chosen));
    } catch (thrown) {
      // There is no file, or none that can be shown.
      if (thrown instanceof PhotoFault) return undefined;
      throw thrown;
    }
  }

  /** Ends the threads that decode. */
  async close(): Promise<void> {
    await this.#heic?.close();
  }

  async #kept(sha256: string, width: RenditionWidth): Promise<Rendition | undefined> {
    const webp = await this.#cache?.get(sha256, width);
    return webp === undefined ? undefined : { webp, tag: tagOf(sha256, width) };
  }

  /** An image that cannot be kept is served all the same; the log says so once. */
  async #keep(sha256: string, width: RenditionWidth, webp: Uint8Array): Promise<void> {
    try {
      await this.#cache?.put(sha256, width, webp);
    } catch (error) {
      if (!this.#warned) this.#log.warn({ err: error }, 'renditions of images cannot be kept');
      this.#warned = true;
    }
  }

  /** Requests for the same rendition share the work. */
  #renderOnce(file: string, path: string, width: RenditionWidth): Promise<Rendition> {
    const key = `${width} ${file}`;
    let rendering = this.#rendering.get(key);
    if (rendering === undefined) {
      rendering = this.#turns
        .run(NEVER, () => this.#render(file, path, width))
        .finally(() => this.#rendering.delete(key));
      this.#rendering.set(key, rendering);
    }
    return rendering;
  }

  async #render(file: string, path: string, width: RenditionWidth): Promise<Rendition> {
    const { bytes } = await readPhotoFile(path, DEFAULT_LIMITS.bytes);
    if (bytes === undefined) throw new PhotoFault('not_an_image', `${path} is no image`);
    const sha256 = sha256Of(bytes);
    if (this.#contents.size >= KNOWN_FILES) this.#contents.clear();
    this.#contents.set(file, sha256);
    const kept = await this.#kept(sha256, width);
    if (kept !== undefined) return kept;
    const webp = await renderPhoto(bytes, width, { limits: DEFAULT_LIMITS, decodeHeic: this.#heic?.decode });
    await this.#keep(sha256, width, webp);
    return { webp, tag: tagOf(sha256, width) };
  }
}

function tagOf(sha256: string, width: RenditionWidth): string {
  return `${sha256.slice(0, 32)}-${renditionMaker(width)}`;
}
