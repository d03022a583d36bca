import { fusedScore } from './fusion.ts';

/** An image that was compared in full. */
export interface ComparedImage {
  /** Its ordinal. */
  readonly id: number;
  /** Fused score, what images are ranked by. */
  readonly score: number;
  /** i2t + t2i. */
  readonly gsmn: number;
  /** Cosine of the coarse vectors. */
  readonly coarse: number;
}

/** A run of images, compared with one query. */
export interface ComparedSlice {
  /** Ordinal of the first. */
  readonly from: number;
  /** Scores of either graph, `[images]`. */
  readonly imageToText: Float32Array;
  readonly textToImage: Float32Array;
  /** The images' coarse vectors, `[images, dimensions]`. */
  readonly vectors: Float32Array;
}

/**
 * The best images of a collection that is compared slice by slice. Equal scores go by ordinal. It holds no more than twice
 * the images that are wanted.
 */
export class BestImages {
  readonly #limit: number;
  readonly #query: Float32Array;
  readonly #coarseWeight: number;
  #images: ComparedImage[] = [];

  /** @param query its coarse vector, `[dimensions]` */
  constructor(limit: number, query: Float32Array, coarseWeight: number) {
    this.#limit = limit;
    this.#query = query;
    this.#coarseWeight = coarseWeight;
  }

  add({ from, imageToText, textToImage, vectors }: ComparedSlice): void {
    const { length } = this.#query;
    for (let index = 0; index < imageToText.length; index++) {
      const gsmn = (imageToText[index] as number) + (textToImage[index] as number);
      let coarse = 0;
      for (let d = 0; d < length; d++) {
        coarse += (this.#query[d] as number) * (vectors[index * length + d] as number);
      }
      this.#images.push({
        id: from + index,
        score: fusedScore(gsmn, coarse, this.#coarseWeight),
        gsmn,
        coarse,
      });
      if (this.#images.length >= 2 * this.#limit) this.#images = this.ranked();
    }
  }

  /** The best so far, best first. */
  ranked(): ComparedImage[] {
    return this.#images.toSorted((a, b) => b.score - a.score || a.id - b.id).slice(0, this.#limit);
  }
}
