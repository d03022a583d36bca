import { unlessAborted } from '../../async/deadline.ts';
import { AppError } from '../../errors/index.ts';
import type { Matcher, PreparedImages } from '../../model/index.ts';
import { ColdImages, type ImageReader, type LoadedImage } from './cold-images.ts';

/** What the cache holds, and what it has done since the generation was loaded. Bytes are those of prepared images. */
export interface NodeCacheStatus {
  /** Images that are prepared now. */
  readonly images: number;
  readonly bytes: number;
  /** Bytes that cannot be evicted now: images in use, and those being loaded, even when nobody waits for them any more. */
  readonly pinned: number;
  /** The most bytes that it may hold; less than it was given where the matcher's memory turned out to be smaller. */
  readonly budget: number;
  /** Images that requests found prepared, and those that they had to wait for. */
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  /** Bytes read from the generation's files. */
  readonly bytesRead: number;
}

/** Images that stay prepared until they are released. */
export interface ImageLease {
  /** In the order in which they were asked for. */
  readonly prepared: PreparedImages;
  /** How many of the asked ones there are: the first ones. */
  readonly count: number;
  /** Where the regions of each lie, `[R, 4]`. */
  readonly boxes: readonly Float32Array[];
  release(): void;
}

export interface LeaseOptions {
  readonly signal: AbortSignal;
  /** False leaves the cache as it is: what was cold goes again, and nothing becomes younger. */
  readonly keep?: boolean;
}

interface Entry {
  readonly id: number;
  /** An estimate until the image is prepared. */
  bytes: number;
  loaded: LoadedImage | undefined;
  /** Settles when it is prepared, or cannot be. */
  ready: Promise<void>;
  users: number;
  /** Whether it goes with its last user. */
  passing: boolean;
}

/** The share of what is held that goes when the matcher's memory is full: a few images more than are needed. */
const SHRINK = 1 / 16;

/**
 * Prepared images of one generation within a budget of bytes; those that were used longest ago make room for others. Images
 * in use never go: a request leases as many as fit, and comes back for the rest. A cold image is read and prepared once,
 * however many requests wait for it; when that fails they all hear why, and the next one tries again.
 */
export class NodeCache {
  readonly #matcher: Matcher;
  readonly #cold: ColdImages;
  /** Bytes that an image is taken to need before it is prepared. */
  readonly #imageBytes: number;
  /** Oldest first. */
  readonly #entries = new Map<number, Entry>();
  readonly #loads = new Set<Promise<void>>();
  #budget: number;
  /** Bytes of the images that are prepared, and with those that will be. */
  #resident = 0;
  #held = 0;
  /** Bytes of the images that are in use or on their way. */
  #pinned = 0;
  #hits = 0;
  #misses = 0;
  #evictions = 0;
  #closed = false;
  /** Requests take their images one after the other, so that none is overtaken for ever. */
  #line: Promise<void> = Promise.resolve();
  #unpinned = Promise.withResolvers<void>();

  /**
   * @param budget bytes of prepared images at most
   * @param imageBytes what one takes
   * @throws AppError `memory_exhausted` when not even one fits
   */
  constructor(reader: ImageReader, matcher: Matcher, budget: number, imageBytes: number) {
    this.#matcher = matcher;
    this.#budget = budget;
    this.#imageBytes = imageBytes;
    if (budget < imageBytes) throw this.#tooSmall();
    this.#cold = new ColdImages(reader, matcher, () => this.#shrink());
  }

  get status(): NodeCacheStatus {
    const images = [...this.#entries.values()].filter(({ loaded }) => loaded !== undefined).length;
    return {
      images,
      bytes: this.#resident,
      pinned: this.#pinned,
      budget: this.#budget,
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      bytesRead: this.#cold.bytesRead,
    };
  }

  /** Images that fit in beside those that are there. */
  get free(): number {
    return Math.floor((this.#budget - this.#held) / this.#imageBytes);
  }

  /** Images that fit in at all. */
  get capacity(): number {
    return Math.floor(this.#budget / this.#imageBytes);
  }

  /**
   * The first of the images, as many as there is room for: one at least, waiting for other requests where they have all.
   *
   * @throws AppError `memory_exhausted` when there is no room for a single one, what reading and preparing throws, or the
   *   signal's reason.
   */
  async lease(ids: readonly number[], options: LeaseOptions): Promise<ImageLease> {
    const entries = await this.#take(ids, options);
    const found = entries.filter(({ loaded }) => loaded !== undefined).length;
    try {
      const loaded = await this.#loadedOf(entries, options.signal);
      const prepared = this.#matcher.gather(loaded.map((image) => image.prepared));
      this.#hits += found;
      this.#misses += entries.length - found;
      let leased = true;
      return {
        prepared,
        count: entries.length,
        boxes: loaded.map(({ boxes }) => boxes),
        release: () => {
          if (!leased) return;
          leased = false;
          prepared.dispose();
          this.#release(entries);
        },
      };
    } catch (thrown) {
      this.#release(entries);
      if (!isExhausted(thrown) || entries.length === 1) throw thrown;
      // So many at once are too many for the matcher, which holds less than the budget says.
      this.#shrink();
      return this.lease(ids.slice(0, Math.ceil(entries.length / 2)), options);
    }
  }

  /** Prepares images ahead of any request, as far as the matcher's memory goes. */
  async fill(ids: readonly number[], signal: AbortSignal): Promise<void> {
    const entries = await this.#take(ids, { signal });
    try {
      await this.#loadedOf(entries, signal);
      this.#release(entries);
    } catch (thrown) {
      this.#release(entries);
      if (!isExhausted(thrown)) throw thrown;
      // Matching needs memory, too.
      this.#shrink();
    }
  }

  /** Gives back all memory, after what is on its way has come. Nobody may use the cache then. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#loads);
    for (const { loaded } of this.#entries.values()) loaded?.prepared.dispose();
    this.#entries.clear();
    this.#resident = 0;
    this.#held = 0;
    this.#pinned = 0;
  }

  async #take(ids: readonly number[], { signal, keep = true }: LeaseOptions): Promise<Entry[]> {
    const before = this.#line;
    const { promise, resolve: next } = Promise.withResolvers<void>();
    this.#line = promise;
    await before;
    try {
      let count = this.#fitting(ids);
      while (count === 0) {
        await unlessAborted(this.#unpinned.promise, signal);
        count = this.#fitting(ids);
      }
      signal.throwIfAborted();
      return this.#takeNow(ids.slice(0, count), keep);
    } finally {
      next();
    }
  }

  /** How many of the first images can be had beside those that are in use. */
  #fitting(ids: readonly number[]): number {
    if (this.#budget < this.#imageBytes) throw this.#tooSmall();
    let free = this.#budget - this.#pinned;
    for (const [index, id] of ids.entries()) {
      const entry = this.#entries.get(id);
      if (entry === undefined) free -= this.#imageBytes;
      else if (isIdle(entry)) free -= entry.bytes;
      if (free < 0) return index;
    }
    return ids.length;
  }

  #takeNow(ids: readonly number[], keep: boolean): Entry[] {
    const cold: Entry[] = [];
    const entries = ids.map((id) => {
      const known = this.#entries.get(id);
      const entry = known ?? this.#create(id, !keep);
      if (known === undefined) cold.push(entry);
      else if (isIdle(entry)) this.#pinned += entry.bytes;
      entry.users++;
      if (keep) {
        entry.passing = false;
        // A Map lists its keys by age: taken out and in again the entry is the youngest.
        this.#entries.delete(id);
        this.#entries.set(id, entry);
      }
      return entry;
    });
    this.#evict(this.#held - this.#budget);
    this.#load(cold);
    return entries;
  }

  #create(id: number, passing: boolean): Entry {
    const entry = {
      id,
      bytes: this.#imageBytes,
      loaded: undefined,
      ready: Promise.resolve(),
      users: 0,
      passing,
    };
    this.#entries.set(id, entry);
    this.#held += entry.bytes;
    this.#pinned += entry.bytes;
    return entry;
  }

  /** Has the images read and prepared, whoever waits for them; those that nobody waits for any more are left out. */
  #load(cold: readonly Entry[]): void {
    const images = cold.map((entry) => ({ id: entry.id, wanted: () => this.#isWanted(entry) }));
    for (const [index, loading] of this.#cold.load(images).entries()) {
      const entry = cold[index] as Entry;
      entry.ready = loading.then(
        (loaded) => this.#loaded(entry, loaded),
        (thrown: unknown) => {
          this.#forget(entry);
          throw thrown;
        },
      );
      const settled = entry.ready.catch(() => {
        // Whoever leases the image hears of it; it may be that nobody does any more.
      });
      this.#loads.add(settled);
      void settled.then(() => this.#loads.delete(settled));
    }
  }

  /** Whether a request waits for an image. Else it is forgotten at once, so that none comes to wait for it. */
  #isWanted(entry: Entry): boolean {
    if (entry.users > 0 && !this.#closed) return true;
    this.#forget(entry);
    return false;
  }

  #loaded(entry: Entry, loaded: LoadedImage): void {
    const { prepared } = loaded;
    const difference = prepared.bytes - entry.bytes;
    entry.loaded = loaded;
    entry.bytes = prepared.bytes;
    this.#resident += prepared.bytes;
    this.#held += difference;
    this.#pinned += difference;
    if (entry.users === 0) this.#idle(entry);
    this.#evict(this.#held - this.#budget);
  }

  /** Forgets an image that is not loaded, so that the next request tries again. */
  #forget(entry: Entry): void {
    if (this.#entries.get(entry.id) !== entry) return;
    this.#discard(entry);
    this.#unpin(entry);
  }

  #release(entries: readonly Entry[]): void {
    for (const entry of entries) {
      entry.users--;
      if (isIdle(entry)) this.#idle(entry);
    }
  }

  /** The last user has left a prepared image. */
  #idle(entry: Entry): void {
    if (entry.passing) this.#discard(entry);
    this.#unpin(entry);
  }

  #unpin(entry: Entry): void {
    this.#pinned -= entry.bytes;
    this.#unpinned.resolve();
    this.#unpinned = Promise.withResolvers();
  }

  #discard(entry: Entry): void {
    if (entry.loaded !== undefined) this.#resident -= entry.bytes;
    entry.loaded?.prepared.dispose();
    this.#entries.delete(entry.id);
    this.#held -= entry.bytes;
  }

  /** Lets the oldest idle images go until so many bytes are free, or all that is left is in use. Returns what it freed. */
  #evict(bytes: number): number {
    let freed = 0;
    for (const entry of this.#entries.values()) {
      if (freed >= bytes) break;
      if (!isIdle(entry)) continue;
      this.#discard(entry);
      freed += entry.bytes;
      this.#evictions++;
    }
    return freed;
  }

  /** The matcher's memory is full before the budget is: holds less from now on. False when nothing can go. */
  #shrink(): boolean {
    const freed = this.#evict(Math.max(this.#imageBytes, SHRINK * this.#resident));
    this.#budget = Math.min(this.#budget, Math.max(this.#imageBytes, this.#resident));
    return freed > 0;
  }

  /** The images, when all have come. */
  async #loadedOf(entries: readonly Entry[], signal: AbortSignal): Promise<LoadedImage[]> {
    await unlessAborted(Promise.all(entries.map(({ ready }) => ready)), signal);
    return entries.flatMap(({ loaded }) => loaded ?? []);
  }

  #tooSmall(): AppError {
    return new AppError(
      'memory_exhausted',
      `an image takes ${kibibytes(this.#imageBytes)} prepared, and the memory for images is ${kibibytes(this.#budget)}`,
      { hint: 'give the service more memory for images: --memory-mb, RERANK_MEMORY_MB' },
    );
  }
}

/** Whether the image is prepared and nobody uses it. */
function isIdle({ users, loaded }: Entry): boolean {
  return users === 0 && loaded !== undefined;
}

function isExhausted(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'memory_exhausted';
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(2)} KiB`;
}
