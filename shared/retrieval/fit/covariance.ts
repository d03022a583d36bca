import { AppError } from '../../errors/index.ts';
import { type FeatureLayout, imageFeatureSize, textFeatureSize } from '../projection/feature-layout.ts';
import { writeImageFeatures } from '../projection/image-features.ts';
import { bagPositions, countWords, writeWordMean } from '../projection/text-features.ts';
import type { RecallImage, RecallText } from '../recall-encoder.ts';
import { addProduct, mirrorLower, transpose, windowAt } from './linear-algebra/product.ts';

/** Rows that are collected before they are added to the sums as one matrix product. */
const BATCH = 128;

/** An image with its captions. */
export interface CaptionedImage {
  readonly image: RecallImage;
  readonly captions: readonly RecallText[];
}

/** Means and covariances over all images and their captions, in float64. */
export interface Covariance {
  readonly images: number;
  readonly imageMean: Float64Array;
  readonly textMean: Float64Array;
  /** `[dx, dx]`. */
  readonly imageImage: Float64Array;
  /** `[dy, dy]`, over single captions. */
  readonly textText: Float64Array;
  /** `[dy, dx]`, of the mean of an image's captions with the image. */
  readonly textImage: Float64Array;
}

/**
 * Sums up covariances one image at a time, so the training data need not be in memory. Every image has the same weight,
 * whatever its number of captions. Memory: `8 (dx² + dy² + dx dy)` bytes.
 */
export class CovarianceSum {
  readonly #layout: FeatureLayout;
  readonly #positions: ReadonlyMap<number, number>;
  readonly #dx: number;
  readonly #dy: number;
  readonly #bag: number;
  readonly #imageSum: Float64Array;
  readonly #textSum: Float64Array;
  readonly #xx: Float64Array;
  readonly #yy: Float64Array;
  readonly #yx: Float64Array;
  /** Image features, and for each image the mean of its captions' word nodes. */
  readonly #imageRows: Rows;
  readonly #wordRows: Rows;
  /** Word nodes of single captions, scaled by the square root of their weight. */
  readonly #captionRows: Rows;
  #images = 0;

  constructor(layout: FeatureLayout) {
    this.#layout = layout;
    this.#positions = bagPositions(layout);
    this.#dx = imageFeatureSize(layout);
    this.#dy = textFeatureSize(layout);
    this.#bag = layout.text.bag.length;
    this.#imageSum = new Float64Array(this.#dx);
    this.#textSum = new Float64Array(this.#dy);
    this.#xx = new Float64Array(this.#dx * this.#dx);
    this.#yy = new Float64Array(this.#dy * this.#dy);
    this.#yx = new Float64Array(this.#dy * this.#dx);
    this.#imageRows = new Rows(this.#dx);
    this.#wordRows = new Rows(layout.text.words);
    this.#captionRows = new Rows(layout.text.words);
  }

  /** @throws AppError `argument_invalid` for an image without captions, `shape_mismatch`. */
  add({ image, captions }: CaptionedImage): void {
    const weight = 1 / captions.length;
    if (captions.length === 0) {
      throw new AppError('argument_invalid', `training image ${this.#images} has no caption`);
    }
    const x = this.#imageRows.next();
    writeImageFeatures(this.#layout, image, x);
    accumulate(this.#imageSum, x, 1);
    const wordMean = this.#wordRows.next();
    wordMean.fill(0);
    for (const caption of captions) this.#addCaption(caption, weight, x, wordMean);
    this.#images++;
    if (this.#imageRows.full) this.#flushImages();
  }

  #addCaption(caption: RecallText, weight: number, x: Float64Array, wordMean: Float64Array): void {
    const [dx, dy, bag] = [this.#dx, this.#dy, this.#bag];
    const words = this.#captionRows.next();
    writeWordMean(this.#layout, caption, words);
    accumulate(wordMean, words, weight);
    accumulate(this.#textSum.subarray(bag), words, weight);
    // Positions ascend, so the products below fill the lower triangle.
    const counts = [...countWords(this.#positions, caption.ids)].sort(([a], [b]) => a - b);
    for (const [at, [position, count]] of counts.entries()) {
      const amount = weight * count;
      this.#textSum[position] = (this.#textSum[position] as number) + amount;
      accumulate(this.#yx.subarray(position * dx, (position + 1) * dx), x, amount);
      const row = this.#yy.subarray(position * dy, (position + 1) * dy);
      for (const [other, its] of counts.slice(0, at + 1)) row[other] = (row[other] as number) + amount * its;
      for (let d = 0; d < words.length; d++) {
        const cell = (bag + d) * dy + position;
        this.#yy[cell] = (this.#yy[cell] as number) + amount * (words[d] as number);
      }
    }
    for (let d = 0; d < words.length; d++) words[d] = (words[d] as number) * Math.sqrt(weight);
    if (this.#captionRows.full) this.#flushCaptions();
  }

  #flushCaptions(): void {
    const { columns, count } = this.#captionRows.take();
    const [dy, words] = [this.#dy, this.#layout.text.words];
    const rows = windowAt(columns, count);
    addProduct(windowAt(this.#yy, dy, this.#bag, this.#bag), rows, rows, [words, words, count], {
      lower: true,
    });
  }

  #flushImages(): void {
    const images = this.#imageRows.take();
    const means = this.#wordRows.take();
    const [dx, count] = [this.#dx, images.count];
    const x = windowAt(images.columns, count);
    addProduct(windowAt(this.#xx, dx), x, x, [dx, dx, count], { lower: true });
    const words = this.#layout.text.words;
    addProduct(windowAt(this.#yx, dx, this.#bag), windowAt(means.columns, count), x, [words, dx, count]);
  }

  /** Finishes the sum; nothing can be added afterwards. */
  finish(): Covariance {
    this.#flushImages();
    this.#flushCaptions();
    const n = this.#images;
    if (n < 2) {
      throw new AppError(
        'argument_invalid',
        `a recall encoder needs captioned images to be fitted, got ${n}`,
        {
          hint: 'without captioned data use centred pooling',
        },
      );
    }
    const imageMean = this.#imageSum.map((sum) => sum / n);
    const textMean = this.#textSum.map((sum) => sum / n);
    centre(this.#xx, imageMean, imageMean, n);
    centre(this.#yy, textMean, textMean, n);
    centre(this.#yx, textMean, imageMean, n);
    mirrorLower(this.#xx, this.#dx);
    mirrorLower(this.#yy, this.#dy);
    return {
      images: n,
      imageMean,
      textMean,
      imageImage: this.#xx,
      textText: this.#yy,
      textImage: this.#yx,
    };
  }
}

/** Rows that are collected until they make a batch. */
class Rows {
  readonly #size: number;
  readonly #data: Float64Array;
  #count = 0;

  constructor(size: number) {
    this.#size = size;
    this.#data = new Float64Array(size * BATCH);
  }

  get full(): boolean {
    return this.#count === BATCH;
  }

  next(): Float64Array {
    const at = this.#count++ * this.#size;
    return this.#data.subarray(at, at + this.#size);
  }

  /** The collected rows as columns `[size, count]`; clears the collection. */
  take(): { columns: Float64Array; count: number } {
    const count = this.#count;
    this.#count = 0;
    return { columns: transpose(this.#data.subarray(0, count * this.#size), count, this.#size), count };
  }
}

function accumulate(sum: Float64Array, row: Float64Array, weight: number): void {
  for (let i = 0; i < row.length; i++) sum[i] = (sum[i] as number) + weight * (row[i] as number);
}

/** `M / n - a bᵀ`, in place. */
function centre(matrix: Float64Array, a: Float64Array, b: Float64Array, n: number): void {
  for (let i = 0; i < a.length; i++) {
    const row = i * b.length;
    for (let j = 0; j < b.length; j++) {
      matrix[row + j] = (matrix[row + j] as number) / n - (a[i] as number) * (b[j] as number);
    }
  }
}
