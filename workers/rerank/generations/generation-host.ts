import { AppError, type ErrorCode, toAppError } from '../../../shared/errors/index.ts';
import type { ActiveGeneration } from '../../../shared/generation/active-generation.ts';
import type { OpenImageFileEncoder } from '../../../shared/search/image-file-encoder.ts';
import {
  type EngineFactory,
  type OpenSearchGeneration,
  openSearchGeneration,
  type ParserFactory,
  type SearchGenerationHooks,
} from '../../../shared/search/search-generation.ts';
import type { RerankSettings } from '../settings.ts';
import type { IndexSource } from './index-source.ts';
import { LoadedGeneration } from './loaded-generation.ts';

/** The part of a logger that the service uses (with pino's order of arguments). */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface GenerationHostOptions {
  readonly index: IndexSource;
  readonly engines: EngineFactory;
  readonly parser: ParserFactory;
  readonly pretrained?: OpenSearchGeneration['pretrained'];
  /** Opens what encodes image files; without it, none are encoded. */
  readonly images?: OpenImageFileEncoder | undefined;
  readonly hooks?: SearchGenerationHooks | undefined;
  readonly settings: RerankSettings;
  readonly log: Log;
  readonly onLoad?: ((outcome: 'loaded' | 'failed') => void) | undefined;
}

/** Why the wanted generation is not served. */
export interface LoadFailure {
  /** The generation, or null if even its name could not be read. */
  readonly generation: string | null;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface HostStatus {
  readonly active: string | null;
  readonly previous: string | null;
  readonly loading: string | null;
  /** For the generation that is being loaded: prepared images, and how many there will be. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly failure: LoadFailure | null;
}

/** A generation in use by one request. */
export interface Lease {
  readonly generation: LoadedGeneration;
  /** Id of the active one. */
  readonly active: string;
  readonly release: () => Promise<void>;
}

/**
 * Keeps the index's active generation loaded. A new one is loaded next to the old one, which is served until the new
 * one is ready, and is kept for requests that started with it (and for a rollback) until the next switch. One that
 * cannot be loaded changes nothing but the status.
 */
export class GenerationHost {
  readonly #options: GenerationHostOptions;
  readonly #closing = new AbortController();
  #active: LoadedGeneration | undefined;
  #previous: LoadedGeneration | undefined;
  #loading: string | null = null;
  #progress: HostStatus['progress'] = null;
  #failure: LoadFailure | undefined;
  /** When a generation that failed may be tried again, by `performance.now()`. */
  #retryAt = 0;
  #refresh: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GenerationHostOptions) {
    this.#options = options;
  }

  /** Looks up the active generation, loads it, and keeps watching. `status` tells whether it is ready. */
  async start(): Promise<void> {
    await this.refresh();
    const poll = async (): Promise<void> => {
      await this.refresh();
      schedule();
    };
    const schedule = (): void => {
      if (this.#closing.signal.aborted) return;
      this.#timer = setTimeout(() => void poll(), this.#options.settings.pollMs);
      this.#timer.unref();
    };
    schedule();
  }

  /** Serves the index's active generation; does not throw. Simultaneous calls share one refresh. */
  refresh(): Promise<void> {
    this.#refresh ??= this.#follow().finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  status(): HostStatus {
    const { generation = null, code, message } = this.#failure ?? {};
    return {
      active: this.#active?.id ?? null,
      previous: this.#previous?.id ?? null,
      loading: this.#loading,
      progress: this.#progress,
      failure: code === undefined || message === undefined ? null : { generation, code, message },
    };
  }

  loaded(): readonly { readonly generation: LoadedGeneration; readonly active: boolean }[] {
    return [this.#active, this.#previous]
      .filter((one) => one !== undefined)
      .map((generation) => ({ generation, active: generation === this.#active }));
  }

  /**
   * A generation for one request: the named one, or the active one.
   *
   * @throws AppError `generation_stale` for one that is not loaded, `unavailable` when there is none at all.
   */
  lease(id: string | undefined, unavailable: ErrorCode): Lease {
    if (this.#active === undefined) {
      const why = this.#failure === undefined ? 'none was activated' : this.#failure.message;
      throw new AppError(unavailable, `no generation is loaded: ${why}`, {
        hint: 'build and activate an index; /readyz tells when it is loaded',
      });
    }
    const found = this.loaded().find(({ generation }) => id === undefined || generation.id === id);
    if (found === undefined) {
      throw new AppError('generation_stale', `generation ${id} is not loaded; ${this.#active.id} is active`, {
        hint: 'encode the query again and use the generation of that response',
      });
    }
    return { generation: found.generation, active: this.#active.id, release: found.generation.retain() };
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing.abort(new AppError('cancelled', 'the service is closing'));
    await this.#refresh;
    await this.#active?.retire();
    await this.#previous?.retire();
    this.#active = undefined;
    this.#previous = undefined;
  }

  async #follow(): Promise<void> {
    let wanted: ActiveGeneration | undefined;
    try {
      wanted = await this.#options.index.active();
      // Another one may have been activated while this one was loading.
      while (
        wanted !== undefined &&
        wanted.generation !== this.#active?.id &&
        this.#mayTry(wanted.generation)
      ) {
        await this.#switchTo(wanted);
        wanted = await this.#options.index.active();
      }
      if (wanted?.generation === this.#active?.id) this.#failure = undefined;
    } catch (thrown) {
      this.#failed(wanted?.generation ?? null, thrown);
    }
  }

  /** A failed one is tried again only after a pause, because loading is work. */
  #mayTry(id: string): boolean {
    if (this.#closing.signal.aborted) return false;
    const failure = this.#failure;
    return failure?.generation !== id || performance.now() >= this.#retryAt;
  }

  async #switchTo(wanted: ActiveGeneration): Promise<void> {
    const id = wanted.generation;
    const next = this.#previous?.id === id ? this.#previous : await this.#load(wanted);
    const old = this.#active;
    const oldest = this.#previous === next ? undefined : this.#previous;
    this.#active = next;
    this.#previous = old;
    this.#failure = undefined;
    this.#options.log.info({ generation: id, previous: old?.id }, 'generation serves');
    await oldest?.retire();
  }

  async #load({ generation: id, manifest }: ActiveGeneration): Promise<LoadedGeneration> {
    const { index, engines, parser, pretrained, hooks, settings, log, onLoad } = this.#options;
    this.#loading = id;
    const start = performance.now();
    try {
      const search = await openSearchGeneration({
        files: index.files(id),
        id,
        manifestSha256: manifest,
        engines,
        parser,
        pretrained,
        hooks,
        settings,
        serve: true,
        signal: this.#closing.signal,
        onProgress: (done, total) => {
          this.#progress = { done, total };
        },
      });
      const loaded = new LoadedGeneration(search, this.#options.images);
      const { images, matcher, queries } = search;
      const ms = Math.round(performance.now() - start);
      const { count, status } = images;
      log.info(
        {
          generation: id,
          images: count,
          resident: status.images,
          bytes: loaded.bytes,
          backend: matcher.backend,
          encoder: queries.backend,
          ms,
        },
        'generation loaded',
      );
      onLoad?.('loaded');
      return loaded;
    } finally {
      this.#loading = null;
      this.#progress = null;
    }
  }

  #failed(generation: string | null, thrown: unknown): void {
    const error = toAppError(thrown);
    if (error.code === 'cancelled' && this.#closing.signal.aborted) return;
    const { code, message, hint } = error;
    const repeated = this.#failure?.generation === generation && this.#failure.message === message;
    this.#failure = { generation, code, message };
    this.#retryAt = performance.now() + this.#options.settings.retryMs;
    if (repeated) return;
    const serving = this.#active?.id ?? null;
    this.#options.log.error(
      { generation, serving, code, hint, err: error },
      `generation not loaded: ${message}`,
    );
    this.#options.onLoad?.('failed');
  }
}
