import { BestScores } from './best-scores.ts';
import { fusedScore } from './fusion.ts';
import { innerProducts } from './inner-products.ts';

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

/** Consecutive images, compared with one query. */
export interface ComparedSlice {
  /** Ordinal of the first. */
  readonly from: number;
  /** Scores of either graph, `[images]`. */
  readonly imageToText: Float32Array;
  readonly textToImage: Float32Array;
  /** The images' coarse vectors, `[images, dimensions]`. */
  readonly vectors: Float32Array;
}

/** The best images of a collection that is compared slice by slice. Equal scores are ordered by ordinal. */
export class BestImages {
  readonly #query: Float64Array;
  readonly #coarseWeight: number;
  readonly #best: BestScores;
  /** By the slots of the best. */
  readonly #gsmn: number[] = [];
  readonly #coarse: number[] = [];

  /** @param query its coarse vector, `[dimensions]` */
  constructor(limit: number, query: Float32Array, coarseWeight: number) {
    this.#query = Float64Array.from(query);
    this.#coarseWeight = coarseWeight;
    this.#best = new BestScores(limit);
  }

  add({ from, imageToText, textToImage, vectors }: ComparedSlice): void {
    const cosines = new Float64Array(imageToText.length);
    innerProducts(this.#query, vectors, cosines);
    for (let index = 0; index < imageToText.length; index++) {
      const gsmn = (imageToText[index] as number) + (textToImage[index] as number);
      const coarse = cosines[index] as number;
      const slot = this.#best.offer(from + index, fusedScore(gsmn, coarse, this.#coarseWeight));
      if (slot === undefined) continue;
      this.#gsmn[slot] = gsmn;
      this.#coarse[slot] = coarse;
    }
  }

  /** The best so far, best first. */
  ranked(): ComparedImage[] {
    return this.#best.ranked().map(({ id, score, slot }) => ({
      id,
      score,
      gsmn: this.#gsmn[slot] as number,
      coarse: this.#coarse[slot] as number,
    }));
  }
}
