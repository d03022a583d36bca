import type { Dependencies } from '../../shared/model/index.ts';
import type { CaptionImages } from '../../shared/retrieval/index.ts';
import type { FeatureIdentity } from '../../shared/schema/index.ts';
import type { ImageRows } from './encode-split.ts';
import type { ImageBoxes, StoredBoxes } from './image-boxes.ts';

/** A split of a data folder, checked. Whoever opened it closes it. */
export interface Split extends ImageRows, ImageBoxes {
  readonly folder: string;
  readonly split: string;
  /** Which source made the features; undefined where `{split}_features.json` is not there. */
  readonly features: FeatureIdentity | undefined;
  /** Rows of the arrays for an image: 1, or 5 equal ones. */
  readonly rowsPerImage: number;
  /** The arrays' rows, which the released evaluation looks at. */
  readonly stored: StoredBoxes;
  /** Of each caption its image; as many as there are captions, of which an image may have any number. */
  readonly captionImages: CaptionImages;
  /** The captions of an image, in order. */
  captionsOf(image: number): readonly number[];
  /** Word ids with `<start>` and `<end>`; none where there is no `{split}_precaps_stan.txt`. */
  readonly captionIds: readonly (readonly number[])[];
  /** `{split}_caps.txt` */
  readonly captionTexts: readonly string[] | undefined;
  /** `{split}_caps.json`, a parse per caption. */
  readonly dependencies: readonly Dependencies[] | undefined;
  /** `{split}_images.txt`: a file name or URL per image. */
  readonly imageNames: readonly string[] | undefined;
  /** `{split}_metadata.jsonl`: an object per image. */
  readonly metadata: readonly Record<string, unknown>[] | undefined;
  close(): Promise<void>;
}

export interface OpenSplitOptions {
  /** V of the model that the captions are for: ids beyond it are refused with file and line. */
  readonly vocabularySize?: number | undefined;
}
