import { unlessAborted } from '../async/deadline.ts';
import { type CaptionGraph, type Matcher, yieldToEventLoop } from '../model/index.ts';
import type { ImageSlice, ImageStore } from './images/image-store.ts';

/** Maximum number of queries in a batch, and of images of all of them together. */
const MOST_QUERIES = 32;
const MOST_PAIRS = 4096;

interface Asked {
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

interface AskedList extends Asked {
  readonly caption: CaptionGraph;
  readonly ids: readonly number[];
  /** GSMN scores by position among the ids. */
  readonly scores: Float32Array;
}

interface AskedScan extends Asked {
  readonly captions: readonly CaptionGraph[];
  readonly begin: () => ScanListener;
}

/** Receives, for each caption, the GSMN scores of the images from `from` on. */
export type ScanListener = (from: number, ...gsmn: readonly Float32Array[]) => Promise<void>;

export interface BatchHooks {
  /** Called with the seconds for getting images into memory, and for comparing them. */
  readonly onStage?: ((stage: 'images' | 'match', seconds: number) => void) | undefined;
  readonly onPairs?: ((count: number) => void) | undefined;
}

/**
 * Scores queries against images so that simultaneous requests share the work: while one batch is compared the next one gathers, and
 * a scan of all images serves every query that waited for it. The scores are those of each query alone, bit for bit.
 */
export class ScoreBatches {
  readonly #matcher: Matcher;
  readonly #images: ImageStore;
  readonly #hooks: BatchHooks;
  readonly #lists: Gatherer<AskedList>;
  readonly #scans: Gatherer<AskedScan>;

  constructor(matcher: Matcher, images: ImageStore, hooks: BatchHooks = {}) {
    this.#matcher = matcher;
    this.#images = images;
    this.#hooks = hooks;
    this.#lists = new Gatherer(
      (batch, signal) => this.#runLists(batch, signal),
      (waiting) => firstThatFit(waiting),
    );
    this.#scans = new Gatherer(
      (batch, signal) => this.#runScan(batch, signal),
      (waiting) => Math.min(waiting.length, MOST_QUERIES),
    );
  }

  /** GSMN scores of some images with a caption, in the order of the ids. */
  async list(caption: CaptionGraph, ids: readonly number[], signal: AbortSignal): Promise<Float32Array> {
    const scores = new Float32Array(ids.length);
    await this.#lists.ask(signal, (asked) => ({ ...asked, caption, ids, scores }));
    return scores;
  }

  /**
   * The scores of every image with some captions, slice by slice, to the listener that `begin` makes. A scan that failed together with
   * others starts again once, with a new listener.
   */
  scan(captions: readonly CaptionGraph[], begin: () => ScanListener, signal: AbortSignal): Promise<void> {
    return this.#scans.ask(signal, (asked) => ({ ...asked, captions, begin }));
  }

  /** Resolves when nothing is compared any more; no further requests may be made. */
  async idle(): Promise<void> {
    await Promise.all([this.#lists.idle, this.#scans.idle]);
  }

  async #runLists(batch: readonly AskedList[], signal: AbortSignal): Promise<void> {
    const union = [...new Set(batch.flatMap(({ ids }) => ids))];
    const places = new Map(union.map((id, place) => [id, place]));
    await this.#slices(
      signal,
      (work) => this.#images.use(union, signal, work),
      async ({ prepared, from }) => {
        const to = from + prepared.count;
        // Positions in each query's list of the images in this slice.
        const found = batch
          .filter((asked) => !asked.signal.aborted)
          .map((asked) => ({ asked, at: [...asked.ids.keys()].filter((index) => within(index, asked)) }))
          .filter(({ at }) => at.length > 0);
        const scored = await this.#matcher.scoreLists(
          prepared,
          found.map(({ asked, at }) => ({
            caption: asked.caption,
            indices: at.map((index) => place(index, asked) - from),
          })),
          { signal },
        );
        for (const [query, { asked, at }] of found.entries()) {
          const scores = scored[query];
          if (scores === undefined) throw new RangeError('the matcher returned no scores');
          for (const [rank, index] of at.entries()) {
            asked.scores[index] = (scores.imageToText[rank] as number) + (scores.textToImage[rank] as number);
          }
          this.#hooks.onPairs?.(at.length);
        }

        function place(index: number, { ids }: AskedList): number {
          return places.get(ids[index] as number) as number;
        }
        function within(index: number, asked: AskedList): boolean {
          const at = place(index, asked);
          return at >= from && at < to;
        }
      },
    );
  }

  async #runScan(batch: readonly AskedScan[], signal: AbortSignal): Promise<void> {
    const scans = batch.map((asked) => ({ asked, add: asked.begin() }));
    await this.#slices(
      signal,
      (work) => this.#images.scan(signal, work),
      async ({ prepared, from }) => {
        const waiting = scans.filter(({ asked }) => !asked.signal.aborted);
        const captions = waiting.flatMap(({ asked }) => asked.captions);
        const { imageToText, textToImage } = await this.#matcher.score(prepared, captions, undefined, {
          signal,
        });
        const column = (caption: number): Float32Array =>
          Float32Array.from({ length: prepared.count }, (_, image) => {
            const at = image * captions.length + caption;
            return (imageToText[at] as number) + (textToImage[at] as number);
          });
        let next = 0;
        for (const { asked, add } of waiting) await add(from, ...asked.captions.map(() => column(next++)));
        this.#hooks.onPairs?.(prepared.count * captions.length);
      },
    );
  }

  /** Iterates over slices of images, and reports how long loading and comparing them took. */
  async #slices(
    signal: AbortSignal,
    over: (work: (slice: ImageSlice) => Promise<void>) => Promise<void>,
    work: (slice: ImageSlice) => Promise<void>,
  ): Promise<void> {
    let since = performance.now();
    const lap = (stage: 'images' | 'match'): void => {
      const now = performance.now();
      this.#hooks.onStage?.(stage, (now - since) / 1000);
      since = now;
    };
    await over(async (slice) => {
      // It may have been loaded ahead.
      signal.throwIfAborted();
      lap('images');
      await work(slice);
      lap('match');
    });
  }
}

/** How many of the waiting requests make a batch: at least one. */
function firstThatFit(waiting: readonly AskedList[]): number {
  let pairs = 0;
  for (const [index, { ids }] of waiting.entries()) {
    pairs += ids.length;
    if (index > 0 && (index >= MOST_QUERIES || pairs > MOST_PAIRS)) return index;
  }
  return waiting.length;
}

/** Runs work whose signal is aborted when no request of the batch waits any more. */
async function whileAwaited<T extends Asked>(
  batch: readonly T[],
  work: (batch: readonly T[], signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  let left = batch.length;
  const leaves = batch.map(({ signal }) => ({
    signal,
    leave: (): void => {
      if (--left === 0) controller.abort(signal.reason);
    },
  }));
  for (const { signal, leave } of leaves) signal.addEventListener('abort', leave, { once: true });
  try {
    await work(batch, controller.signal);
  } finally {
    // A signal may outlive the batch.
    for (const { signal, leave } of leaves) signal.removeEventListener('abort', leave);
  }
}

/** Runs batches one after another; requests meanwhile wait for the next one. */
class Gatherer<T extends Asked> {
  readonly #run: (batch: readonly T[], signal: AbortSignal) => Promise<void>;
  readonly #size: (waiting: readonly T[]) => number;
  readonly #waiting: T[] = [];
  #working: Promise<void> | undefined;

  constructor(
    run: (batch: readonly T[], signal: AbortSignal) => Promise<void>,
    size: (waiting: readonly T[]) => number,
  ) {
    this.#run = run;
    this.#size = size;
  }

  get idle(): Promise<void> {
    return this.#working ?? Promise.resolve();
  }

  /** Waits until the batch of the request is done, or the signal is aborted. */
  async ask(
    signal: AbortSignal,
    make: (asked: Pick<Asked, 'signal' | 'resolve' | 'reject'>) => T,
  ): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push(make({ signal, resolve, reject }));
    this.#working ??= this.#work();
    await unlessAborted(promise, signal);
  }

  async #work(): Promise<void> {
    // Requests from the same turn of the event loop go into the first batch together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#settle(this.#waiting.splice(0, this.#size(this.#waiting)));
    }
    // In the same step as the last check: later requests start the work again.
    this.#working = undefined;
  }

  /** Does not throw. Requests that fail together are tried separately, so that a damaged image fails only those that need it. */
  async #settle(asked: readonly T[]): Promise<void> {
    const batch = asked.filter(({ signal }) => !signal.aborted);
    if (batch.length === 0) return;
    try {
      await whileAwaited(batch, this.#run);
      for (const { resolve } of batch) {
        resolve();
        // Each request ranks and packs its page before the next one does, and others get a turn between them.
        await yieldToEventLoop();
      }
    } catch (thrown) {
      const [only, ...others] = batch;
      if (others.length === 0) only?.reject(thrown);
      else for (const one of batch) await this.#settle([one]);
    }
  }
}
