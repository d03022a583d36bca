import type { Dependencies } from '../../shared/model/index.ts';
import type { ImageRows } from './encode-split.ts';
import type { StoredBoxes } from './protocol-boxes.ts';

/** A split of a data folder in the released layout, checked. Whoever opened it closes it. */
export interface Split extends ImageRows {
  readonly folder: string;
  readonly split: string;
  readonly boxes: StoredBoxes;
  /** 5, or 0 where the split has no captions. Caption c belongs to image `floor(c / 5)`. */
  readonly captionsPerImage: number;
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
