/** An image or a caption that was found for a query. */
export interface FoundImage {
  /** Its index in the split. */
  readonly image: number;
  readonly score: number;
  readonly right: boolean;
}

export interface FoundCaption {
  readonly caption: number;
  readonly score: number;
  readonly right: boolean;
}

interface AnyQuery {
  /** Counted from zero; folds are ranked separately. */
  readonly fold: number;
  /** Of the right answer, counted from one; for an image, of its best caption. */
  readonly rank: number;
  /** Score of that answer. */
  readonly score: number;
}

/** A caption that searches for its image. */
export interface TextToImageQuery extends AnyQuery {
  readonly direction: 'text-to-image';
  readonly caption: number;
  /** The right image. */
  readonly image: number;
  /** The first answers. */
  readonly found: readonly FoundImage[];
}

/** An image that searches for its captions. */
export interface ImageToTextQuery extends AnyQuery {
  readonly direction: 'image-to-text';
  readonly image: number;
  /** Its right caption with the best rank. */
  readonly caption: number;
  readonly found: readonly FoundCaption[];
}

export type Query = TextToImageQuery | ImageToTextQuery;
