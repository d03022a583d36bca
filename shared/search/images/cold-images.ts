import { Admission } from '../../async/admission.ts';
import { AppError } from '../../errors/index.ts';
import { type ImageGraph, type Matcher, type PreparedImages, yieldToEventLoop } from '../../model/index.ts';

/** Reads image graphs of a generation by ordinal. */
export interface ImageReader {
  readonly count: number;
  /** Bytes of an image in the files. */
  readonly imageBytes: number;
  /** Graphs `[from, to)`. */
  read(from: number, to: number): Promise<ImageGraph[]>;
  close(): Promise<void>;
}

/** An image that a request wants prepared. */
export interface ColdImage {
  readonly id: number;
  /** Whether a request still waits for it; checked once, immediately before it is read. */
  readonly wanted: () => boolean;
}

/** Images of one ranged read, and of one step of preparing (about ten milliseconds). */
const RUN = 32;
/** Maximum number of reads at a time. */
const READS = 8;

/** A prepared image, and the boxes of its regions. */
export interface LoadedImage {
  readonly prepared: PreparedImages;
  /** `[R, 4]` */
  readonly boxes: Float32Array;
}

interface Waiting extends ColdImage {
  readonly resolve: (loaded: LoadedImage) => void;
  readonly reject: (reason: unknown) => void;
}

/** Reads and prepares images that are not in memory: neighbours with one read, a few reads at a time. */
export class ColdImages {
  readonly #reader: ImageReader;
  readonly #matcher: Matcher;
  readonly #makeRoom: () => boolean;
  readonly #reads = new Admission(READS, Infinity);
  #bytesRead = 0;

  /** @param makeRoom evicts images from the matcher's memory; false if none can be evicted */
  constructor(reader: ImageReader, matcher: Matcher, makeRoom: () => boolean) {
    this.#reader = reader;
    this.#matcher = matcher;
    this.#makeRoom = makeRoom;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Starts to load the images, each as a separate batch; the promises are in the same order. */
  load(images: readonly ColdImage[]): Promise<LoadedImage>[] {
    const waiting: Waiting[] = [];
    const promises = images.map((image) => {
      const { promise, resolve, reject } = Promise.withResolvers<LoadedImage>();
      waiting.push({ ...image, resolve, reject });
      return promise;
    });
    for (const run of neighbours(waiting)) void this.#loadRun(run);
    return promises;
  }

  /** Settles the promises of a run; does not throw. */
  async #loadRun(run: readonly Waiting[]): Promise<void> {
    // A running read is not cancelled, because another request may be waiting for it.
    await this.#reads.run(new AbortController().signal, async () => {
      for (const part of neighbours(stillWanted(run))) {
        const graphs = await this.#read(part);
        await Promise.all(
          part.map(async (image, index) => {
            const graph = graphs[index] as PromiseSettledResult<ImageGraph>;
            if (graph.status === 'rejected') image.reject(graph.reason);
            else await this.#prepare(graph.value).then(image.resolve, image.reject);
          }),
        );
        // Yields to other work.
        await yieldToEventLoop();
      }
    });
  }

  /** Graphs of neighbours. If one of them is damaged, the others are read without it. */
  async #read(part: readonly ColdImage[]): Promise<readonly PromiseSettledResult<ImageGraph>[]> {
    const [whole] = await Promise.allSettled([this.#readRange((part[0] as ColdImage).id, part.length)]);
    if (whole.status === 'fulfilled') return whole.value.map((value) => ({ status: 'fulfilled', value }));
    if (part.length === 1) return [whole];
    return Promise.allSettled(
      part.map(async ({ id }) => {
        const [graph] = await this.#readRange(id, 1);
        return graph as ImageGraph;
      }),
    );
  }

  async #readRange(first: number, count: number): Promise<ImageGraph[]> {
    const graphs = await this.#reader.read(first, first + count);
    this.#bytesRead += count * this.#reader.imageBytes;
    return graphs;
  }

  async #prepare(graph: ImageGraph): Promise<LoadedImage> {
    for (;;) {
      try {
        // A copy: graphs that were read together share their memory.
        return { prepared: await this.#matcher.prepareImages([graph]), boxes: graph.boxes.slice() };
      } catch (thrown) {
        const full = thrown instanceof AppError && thrown.code === 'memory_exhausted';
        if (!full || !this.#makeRoom()) throw thrown;
      }
    }
  }
}

/** Runs of images with consecutive ordinals, at most `RUN`. */
function neighbours(images: readonly Waiting[]): Waiting[][] {
  const runs: Waiting[][] = [];
  for (const image of images.toSorted((a, b) => a.id - b.id)) {
    const run = runs.at(-1);
    if (run !== undefined && run.length < RUN && run.at(-1)?.id === image.id - 1) run.push(image);
    else runs.push([image]);
  }
  return runs;
}

/** Images that a request still waits for; the others are rejected. */
function stillWanted(run: readonly Waiting[]): Waiting[] {
  return run.filter((image) => {
    if (image.wanted()) return true;
    image.reject(new AppError('cancelled', `no request waits for image ${image.id} any more`));
    return false;
  });
}
