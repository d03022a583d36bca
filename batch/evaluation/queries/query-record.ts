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
  /** Counted from zero; folds are ranked each on its own. */
  readonly fold: number;
  /** Of the right answer, counted from one; of an image's captions the best. */
  readonly rank: number;
  /** Of that answer. */
  readonly score: number;
}

/** A caption that looks for its image. */
export interface TextToImageQuery extends AnyQuery {
  readonly direction: 'text-to-image';
  readonly caption: number;
  /** The right one. */
  readonly image: number;
  /** The first of the ranking. */
  readonly found: readonly FoundImage[];
}

/** An image that looks for its captions. */
export interface ImageToTextQuery extends AnyQuery {
  readonly direction: 'image-to-text';
  readonly image: number;
  /** The right one with the best rank. */
  readonly caption: number;
  readonly found: readonly FoundCaption[];
}

export type Query = TextToImageQuery | ImageToTextQuery;
