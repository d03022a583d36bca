import { existsSync } from 'node:fs';
import type { PretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import { imageFolder } from '../data/image-files.ts';
import type { Report } from '../report.ts';
import { imagesOfFolder, type LocateImage } from '../serve/image-files.ts';

/** What is searched, and what its index is built from. */
export interface DataSource {
  /** The data folder. */
  readonly folder: string;
  readonly split: string | undefined;
  /** The model or checkpoint that it is built with; found in the folder if absent. */
  readonly checkpoint: string | undefined;
  /** A pretrained encoder that takes the place of the model's recall encoder. */
  readonly encoder?: PretrainedEncoder | undefined;
  /** Prefix of the addresses of image files that are not in the data folder. */
  readonly imagesUrl?: string | undefined;
  /** The file that declares the fields by which images are filtered, if there is one elsewhere than in the data folder. */
  schema?(): string | undefined;
  /** The image files to serve; undefined if there are none. Asked for after `prepare`. */
  images(): Promise<ServedImages | undefined>;
  /** Makes what does not exist yet. */
  prepare(report: Report, signal: AbortSignal): Promise<void>;
}

/** Image files of this machine. */
export interface ServedImages {
  /** The folder or list, for the user. */
  readonly where: string;
  readonly locate: LocateImage;
  /** Finds them anew, after the source has changed; absent where `locate` always looks at what is there. */
  reload?(): Promise<void>;
}

/** The image files in a data folder. */
export function imagesOfData(data: string): ServedImages | undefined {
  const where = imageFolder(data);
  return existsSync(where) ? { where, locate: imagesOfFolder(where) } : undefined;
}
