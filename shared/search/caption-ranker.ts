import { AppError } from '../errors/index.ts';
import { type ImageFilter, passesFilter } from '../filter/image-filter.ts';
import {
  type CaptionReader,
  captionPaths,
  comparableCaptions,
  openCaptions,
} from '../generation/caption-graphs.ts';
import type { CoarseVectorReader } from '../generation/coarse-vectors.ts';
import type { GenerationFiles } from '../generation/generation-files.ts';
import type { ImagePayloadReader } from '../generation/image-payloads.ts';
import { verifyFiles } from '../generation/manifest.ts';
import type { CaptionGraph, Matcher } from '../model/index.ts';
import { exactRecall } from '../retrieval/exact-recall.ts';
import type { GenerationManifest, RankedCaption } from '../schema/index.ts';
import { fieldsOfImages } from './image-fields.ts';
import type { ImageStore } from './images/image-store.ts';
import { LruCache } from './lru-cache.ts';

export interface CaptionRankerParts {
  readonly files: GenerationFiles;
  readonly manifest: GenerationManifest;
  readonly matcher: Matcher;
  readonly images: ImageStore;
  /** Coarse vectors of the images. */
  readonly vectors: CoarseVectorReader | undefined;
  /** Payloads of the images; without them nothing can be filtered. */
  readonly payloads: ImagePayloadReader | undefined;
  /** Whether every byte of the captions is checked before use. */
  readonly verify: boolean;
}

export interface CaptionRequest {
  /** The image's ordinal. */
  readonly image: number;
  readonly limit: number;
  /** How many captions are compared; those of the generation's shortlist by default, and never fewer than `limit`. */
  readonly shortlist?: number | undefined;
  /** Only captions of images that pass it are found. */
  readonly filter?: ImageFilter | undefined;
}

/** Captions in one step of comparing, and of reading. */
const STEP = 128;
/** Memory for which captions pass the filters that were asked for last: eight million of them. */
const PASSING_BYTES = 32 << 20;

/**
 * Finds the captions of a generation that fit an image: those whose coarse vectors are nearest to its own, ranked by GSMN's score. The
 * coarse score takes no part in the order, as its weight is fitted for texts that look for images. Captions are opened when somebody asks first.
 */
export class CaptionRanker {
  readonly #parts: CaptionRankerParts;
  #captions: Promise<CaptionReader> | undefined;
  /** By filter, the captions that pass: what a generation has in its fields never changes. */
  readonly #passing = new LruCache<Int32Array>(PASSING_BYTES);

  constructor(parts: CaptionRankerParts) {
    this.#parts = parts;
  }

  /** How many captions can be compared. */
  get count(): number {
    return comparableCaptions(this.#parts.manifest);
  }

  /**
   * The captions that fit best, best first; equal scores in the order of recall.
   *
   * @throws AppError `not_found` for an image that does not exist, or without captions; what reading throws; the signal's reason.
   */
  async rank(
    { image, limit, shortlist = this.#parts.manifest.ranking.shortlist, filter }: CaptionRequest,
    signal: AbortSignal,
  ): Promise<{ readonly compared: number; readonly captions: RankedCaption[] }> {
    const { manifest, vectors } = this.#parts;
    if (image >= manifest.images.count) {
      throw new AppError('not_found', `There is no image ${image}; the index has ${manifest.images.count}.`, {
        hint: 'Send the `generation` of the answer that the id comes from.',
      });
    }
    if (this.count === 0 || vectors === undefined) throw noCaptions(manifest.id);
    const reader = await this.#open();
    const own = await vectors.read(image, image + 1);
    const among = filter && (await this.#captionsThatPass(filter, reader, signal));
    const found = await exactRecall(reader.vectors, own, {
      limit: Math.max(shortlist, limit),
      among,
      signal,
    });
    const scores: number[] = [];
    await this.#parts.images.use([image], signal, async ({ prepared }) => {
      for (let from = 0; from < found.length; from += STEP) {
        const some = await reader.graphs(found.slice(from, from + STEP).map(({ id }) => id));
        scores.push(...(await this.#scores(prepared, some, signal)));
      }
    });
    const best = found
      .map(({ id, coarse }, at) => ({ id, gsmn: scores[at] as number, coarse }))
      .sort((a, b) => b.gsmn - a.gsmn)
      .slice(0, limit);
    const payloads = await reader.payloads(best.map(({ id }) => id));
    return {
      compared: found.length,
      captions: best.map((caption, at) => ({ ...caption, ...(payloads[at] as (typeof payloads)[number]) })),
    };
  }

  async close(): Promise<void> {
    const reader = await this.#captions?.catch(() => undefined);
    await reader?.close();
  }

  async #captionsThatPass(
    filter: ImageFilter,
    reader: CaptionReader,
    signal: AbortSignal,
  ): Promise<Int32Array> {
    const key = JSON.stringify(filter);
    const known = this.#passing.get(key);
    if (known !== undefined) return known;
    const passes: boolean[] = [];
    for await (const values of fieldsOfImages(this.#parts)) {
      signal.throwIfAborted();
      passes.push(passesFilter(filter, values));
    }
    const images = await reader.images();
    const captions = Int32Array.from(images.keys()).filter((caption) => passes[images[caption] as number]);
    this.#passing.set(key, captions, captions.byteLength);
    return captions;
  }

  async #scores(
    prepared: Parameters<Matcher['score']>[0],
    captions: readonly CaptionGraph[],
    signal: AbortSignal,
  ): Promise<number[]> {
    const { imageToText, textToImage } = await this.#parts.matcher.score(prepared, captions, undefined, {
      signal,
    });
    return captions.map((_, at) => (imageToText[at] as number) + (textToImage[at] as number));
  }

  #open(): Promise<CaptionReader> {
    const { files, manifest, verify } = this.#parts;
    this.#captions ??= (async () => {
      if (verify) await verifyFiles(files, manifest, { paths: captionPaths(manifest) });
      return openCaptions(files, manifest);
    })().catch((thrown: unknown) => {
      this.#captions = undefined;
      throw thrown;
    });
    return this.#captions;
  }
}

function noCaptions(generation: string): AppError {
  return new AppError('not_found', `Generation ${generation} has no captions that can be compared.`, {
    hint: 'Build the index from a data folder with captions; a model that compares parses needs their parses, too.',
  });
}
