import type { Dependencies } from '../../shared/model/index.ts';
import type { CaptionImages } from '../../shared/retrieval/index.ts';
import type { FeatureIdentity } from '../../shared/schema/index.ts';
import type { BoxFormat } from './box-format.ts';
import type { ImageRows } from './encode-split.ts';
import type { ImageBoxes, StoredBoxes } from './image-boxes.ts';

/** A split of a data folder, checked. The caller that opens it closes it. */
export interface Split extends ImageRows, ImageBoxes {
  readonly folder: string;
  readonly split: string;
  /** The source of the features; undefined without `{split}_features.json`. */
  readonly features: FeatureIdentity | undefined;
  /** Rows of the arrays for each image: 1, or 5 equal ones. */
  readonly rowsPerImage: number;
  /** The rows of the arrays, boxes as x1 y1 x2 y2 in pixels, which the released evaluation uses. */
  readonly stored: StoredBoxes;
  /** How the boxes were read. */
  readonly boxFormat: BoxFormat;
  /** The image of each caption; as many entries as captions. An image may have any number of captions. */
  readonly captionImages: CaptionImages;
  /** The captions of an image, in order. */
  captionsOf(image: number): readonly number[];
  /** Word ids with `<start>` and `<end>`; empty without `{split}_precaps_stan.txt`. */
  readonly captionIds: readonly (readonly number[])[];
  /** `{split}_caps.txt` */
  readonly captionTexts: readonly string[] | undefined;
  /** `{split}_caps.json`, a parse for each caption. */
  readonly dependencies: readonly Dependencies[] | undefined;
  /** `{split}_images.txt`: a file name or URL for each image. */
  readonly imageNames: readonly string[] | undefined;
  /** `{split}_metadata.jsonl`: an object for each image. */
  readonly metadata: readonly Record<string, unknown>[] | undefined;
  /** What is odd about the data, each in a sentence: for the user, before relying on a result. */
  readonly notes: readonly string[];
  /** The same about the features that were read so far. */
  featureNotes(): readonly string[];
  close(): Promise<void>;
}

export interface OpenSplitOptions {
  /** V of the model that the captions are for: larger ids are refused with file and line. */
  readonly vocabularySize?: number | undefined;
  /** What the numbers of a box are; `xyxy` by default. */
  readonly boxFormat?: BoxFormat | undefined;
}
