import { unlessAborted } from '../../async/deadline.ts';
import { AppError } from '../../errors/index.ts';
import type { Matcher, PreparedImages } from '../../model/index.ts';
import { ColdImages, type ImageReader, type LoadedImage } from './cold-images.ts';

/** The contents of the cache, and its counters since the generation was loaded. Bytes are those of prepared images. */
export interface NodeCacheStatus {
  /** Images that are currently prepared. */
  readonly images: number;
  readonly bytes: number;
  /** Bytes that cannot be evicted now: images in use, and images being loaded, even if no request waits for them any more. */
  readonly pinned: number;
  /** Maximum bytes that it may hold; less than configured if the matcher's memory turned out to be smaller. */
  readonly budget: number;
  /** Images that requests found prepared, and images that they had to wait for. */
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  /** Bytes read from the generation's files. */
  readonly bytesRead: number;
}

/** Images that stay prepared until they are released. */
export interface ImageLease {
  /** In the requested order. */
  readonly prepared: PreparedImages;
  /** How many of the requested images there are: the first ones. */
  readonly count: number;
  /** The boxes of the regions of each, `[R, 4]`. */
  readonly boxes: readonly Float32Array[];
  release(): void;
}

export interface LeaseOptions {
  readonly signal: AbortSignal;
  /** False does not change the cache: cold images are removed afterwards, and the order of use stays. */
  readonly keep?: boolean;
}

interface Entry {
  readonly id: number;
  /** An estimate until the image is prepared. */
  bytes: number;
  loaded: LoadedImage | undefined;
  /** Settles when the image is prepared or has failed. */
  ready: Promise<void>;
  users: number;
  /** Whether it is removed after its last user. */
  passing: boolean;
}

/** The share of the contents that is evicted when the matcher's memory is full: a few images more than necessary. */
const SHRINK = 1 / 16;

/**
 * Prepared images of one generation within a budget of bytes; the least recently used are evicted. Images in use are never
 * evicted: a request leases as many as fit, and continues with the rest afterwards. A cold image is read and prepared once
 * for all requests that wait for it. If that fails, all of them get the error, and the next request tries again.
 */
export class NodeCache {
  readonly #matcher: Matcher;
  readonly #cold: ColdImages;
  /** Estimated bytes of an image before it is prepared. */
  readonly #imageBytes: number;
  /** Least recently used first. */
  readonly #entries = new Map<number, Entry>();
  readonly #loads = new Set<Promise<void>>();
  #budget: number;
  /** Bytes of the prepared images, and including those that are being prepared. */
  #resident = 0;
  #held = 0;
  /** Bytes of the images in use or being prepared. */
  #pinned = 0;
  #hits = 0;
  #misses = 0;
  #evictions = 0;
  #closed = false;
  /** Requests lease their images one after another, so that none waits forever. */
  #line: Promise<void> = Promise.resolve();
  #unpinned = Promise.withResolvers<void>();

  /**
   * @param budget maximum bytes of prepared images
   * @param imageBytes bytes of one prepared image
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

  /** Number of images that fit in addition to the present ones. */
  get free(): number {
    return Math.floor((this.#budget - this.#held) / this.#imageBytes);
  }

  /** Number of images that fit in total. */
  get capacity(): number {
    return Math.floor(this.#budget / this.#imageBytes);
  }

  /**
   * The first of the images, as many as fit: at least one, waiting for other requests if they use all of the memory.
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
      // The matcher has no memory for this many at once; it holds less than the budget.
      this.#shrink();
      return this.lease(ids.slice(0, Math.ceil(entries.length / 2)), options);
    }
  }

  /** Prepares images before any request, as far as the matcher's memory allows. */
  async fill(ids: readonly number[], signal: AbortSignal): Promise<void> {
    const entries = await this.#take(ids, { signal });
    try {
      await this.#loadedOf(entries, signal);
      this.#release(entries);
    } catch (thrown) {
      this.#release(entries);
      if (!isExhausted(thrown)) throw thrown;
      // Matching needs memory as well.
      this.#shrink();
    }
  }

  /** Frees all memory, after running loads have ended. The cache must not be used any more. */
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

  /** How many of the first images fit in addition to those in use. */
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
        // A Map lists its keys in order of insertion: removed and added again, the entry is the most recent.
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

  /** Reads and prepares the images for all requests that wait for them; images without a waiting request are skipped. */
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
        // The request that leases the image gets the error; possibly none does any more.
      });
      this.#loads.add(settled);
      void settled.then(() => this.#loads.delete(settled));
    }
  }

  /** Whether a request waits for an image. If not, it is forgotten at once, so that no request can start to wait for it. */
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

  /** The last user has released a prepared image. */
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

  /** Evicts the least recently used idle images until that number of bytes is free, or all others are in use. Returns what it freed. */
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

  /** The matcher's memory is full before the budget: holds less from now on. False if nothing can be evicted. */
  #shrink(): boolean {
    const freed = this.#evict(Math.max(this.#imageBytes, SHRINK * this.#resident));
    this.#budget = Math.min(this.#budget, Math.max(this.#imageBytes, this.#resident));
    return freed > 0;
  }

  /** The images, when all are prepared. */
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

/** Whether the image is prepared and not in use. */
function isIdle({ users, loaded }: Entry): boolean {
  return users === 0 && loaded !== undefined;
}

function isExhausted(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'memory_exhausted';
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(2)} KiB`;
}
