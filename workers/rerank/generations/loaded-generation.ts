import { AppError } from '../../../shared/errors/index.ts';
import type { ImageFileEncoder, OpenImageFileEncoder } from '../../../shared/search/image-file-encoder.ts';
import type { SearchGeneration } from '../../../shared/search/search-generation.ts';

/** A generation that serves requests. It is closed when it was retired and its last user has left. */
export class LoadedGeneration {
  readonly search: SearchGeneration;
  #users = 0;
  #retired = false;

  readonly #images: ImageFileEncoder | undefined;

  /** @param openImages opens what encodes image files; without it, none are encoded. */
  constructor(search: SearchGeneration, openImages?: OpenImageFileEncoder) {
    this.search = search;
    this.#images = openImages?.(search);
  }

  /** As `ImageFileEncoder.encode`. */
  encodeImage(file: Uint8Array, signal: AbortSignal): Promise<Float32Array> {
    if (this.#images !== undefined) return this.#images.encode(file, signal);
    throw new AppError('image_encoder_missing', 'This reranker encodes no images.');
  }

  get id(): string {
    return this.search.manifest.id;
  }

  /** Memory for images and queries, in bytes. */
  get bytes(): number {
    return this.search.images.status.bytes + this.search.queries.cachedBytes;
  }

  /** Lets a request use the generation; the returned function ends this, once. */
  retain(): () => Promise<void> {
    this.#users++;
    let left = false;
    return async () => {
      if (left) return;
      left = true;
      this.#users--;
      await this.#disposeWhenUnused();
    };
  }

  /** There will be no further requests. */
  async retire(): Promise<void> {
    if (this.#retired) return;
    this.#retired = true;
    await this.#disposeWhenUnused();
  }

  async #disposeWhenUnused(): Promise<void> {
    if (!this.#retired || this.#users > 0) return;
    await this.#images?.close();
    await this.search.dispose();
  }
}
