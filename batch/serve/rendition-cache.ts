import { ContentCache } from '../photos/memory/content-cache.ts';
import { RENDITION_WIDTHS, type RenditionWidth, renditionMaker } from '../photos/read/render-photo.ts';

interface Entry {
  readonly sha256: string;
  readonly width: RenditionWidth;
  readonly bytes: number;
  /** The use that the file's time says. */
  readonly notedMs: number;
}

/** A use is written to the file's time only after this long: the order of restarts need not be finer. Chosen. */
const SAME_USE_MS = 86_400_000;

/**
 * Renditions in a folder, by the content of the image and the width, up to a limit of bytes: beyond it those that were not used for the
 * longest time are removed. Uses are remembered over restarts, to a day.
 */
export class RenditionCache {
  readonly #caches: ReadonlyMap<RenditionWidth, ContentCache>;
  readonly #limit: number;
  /** Every rendition, the least recently used first; read from the folder when it is first needed. */
  #entries: Promise<Map<string, Entry>> | undefined;
  #bytes = 0;
  /** Removals in their order: two requests never remove for the same bytes. */
  #removing: Promise<void> = Promise.resolve();

  constructor(folder: string, limit: number) {
    this.#limit = limit;
    this.#caches = new Map(
      RENDITION_WIDTHS.map((width) => [width, new ContentCache(folder, renditionMaker(width))]),
    );
  }

  /** @throws AppError `file_unreadable`. */
  async get(sha256: string, width: RenditionWidth): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const cache = this.#caches.get(width);
    const webp = await cache?.get(sha256);
    if (webp === undefined) return undefined;
    const key = keyOf(sha256, width);
    const entries = await this.#all();
    const entry = entries.get(key);
    // Otherwise it was removed meanwhile.
    if (entry !== undefined) {
      const now = Date.now();
      const isNoted = now - entry.notedMs <= SAME_USE_MS;
      entries.delete(key);
      entries.set(key, isNoted ? entry : { ...entry, notedMs: now });
      if (!isNoted) await cache?.touch(sha256);
    }
    return webp;
  }

  /** @throws AppError `file_unwritable`. */
  async put(sha256: string, width: RenditionWidth, webp: Uint8Array): Promise<void> {
    const entries = await this.#all();
    await this.#caches.get(width)?.put(sha256, webp);
    const key = keyOf(sha256, width);
    this.#bytes += webp.length - (entries.get(key)?.bytes ?? 0);
    entries.delete(key);
    entries.set(key, { sha256, width, bytes: webp.length, notedMs: Date.now() });
    this.#removing = this.#removing.catch(() => {}).then(() => this.#removeBeyond(entries));
    await this.#removing;
  }

  async #removeBeyond(entries: Map<string, Entry>): Promise<void> {
    for (const [key, { sha256, width, bytes }] of entries) {
      if (this.#bytes <= this.#limit) return;
      entries.delete(key);
      this.#bytes -= bytes;
      await this.#caches.get(width)?.remove(sha256);
    }
  }

  #all(): Promise<Map<string, Entry>> {
    this.#entries ??= this.#read().catch((thrown: unknown) => {
      this.#entries = undefined;
      throw thrown;
    });
    return this.#entries;
  }

  async #read(): Promise<Map<string, Entry>> {
    const found: Entry[] = [];
    for (const [width, cache] of this.#caches) {
      for (const { sha256, bytes, usedMs } of await cache.entries())
        found.push({ sha256, width, bytes, notedMs: usedMs });
    }
    found.sort((a, b) => a.notedMs - b.notedMs);
    this.#bytes = found.reduce((sum, { bytes }) => sum + bytes, 0);
    const entries = new Map(found.map((entry) => [keyOf(entry.sha256, entry.width), entry]));
    await this.#removeBeyond(entries);
    return entries;
  }
}

function keyOf(sha256: string, width: RenditionWidth): string {
  return `${width} ${sha256}`;
}
