import type { Propagation } from '../../shared/schema/index.ts';
import type { BoxFormat } from '../data/box-format.ts';
import type { PhotoDevice } from '../features/photo-regions/photo-network.ts';

/** The request to start the whole system. */
export interface StartOptions {
  /** The data folder that is searched; the built-in gallery if none is named. */
  readonly data?: string | undefined;
  /** A folder or list of photographs that is searched instead. */
  readonly photos?: string | undefined;
  /** Whether the places of photographs are read. */
  readonly gps?: boolean | undefined;
  /** Whether photographs that change while it runs are indexed. */
  readonly watch?: boolean | undefined;
  /** The released name of the data, which may be part of the name of its vocabulary file. */
  readonly dataName?: string | undefined;
  /** How the data folder has its boxes; the gallery has `xyxy`. */
  readonly boxFormat?: BoxFormat | undefined;
  readonly split?: string | undefined;
  readonly checkpoint?: string | undefined;
  /** A pretrained encoder for photographs, by its folder or name. */
  readonly encoder?: string | undefined;
  /** Where fetched encoders are. */
  readonly models?: string | undefined;
  /** What describes photographs. */
  readonly device?: PhotoDevice | undefined;
  readonly vocabulary?: string | undefined;
  /** Whether the words of captions are searched as well. */
  readonly searchCaptions?: boolean | undefined;
  readonly propagation?: Propagation | undefined;
  /** `auto` or a backend's name. */
  readonly backend: string;
  /** Where the built-in gallery is drawn if no data is named. */
  readonly gallery: string;
  readonly index: string;
  readonly host: string;
  readonly port: number;
  /** Other origins whose pages may search, as `ALLOWED_ORIGINS` of the edge worker; none if undefined. */
  readonly allowOrigin?: string | undefined;
  /** Further names by which it is called, separated by commas or spaces. */
  readonly allowHost?: string | undefined;
  /** A file of the keys that callers need; without it everybody may search. */
  readonly keys?: string | undefined;
  /** The publishable key that the own pages search with. */
  readonly pageKey?: string | undefined;
  /** Address of a Qdrant; without it the embedded one is used. */
  readonly qdrant?: string | undefined;
  /** False: serve the existing index, build nothing. */
  readonly build: boolean;
  /** Whether image files are served as they are; otherwise only smaller ones without metadata. */
  readonly originals: boolean;
  /** Most of the image files made smaller that is kept, in MiB; 0 keeps none. */
  readonly renditionsMb: number;
  /** A file for the query log. */
  readonly queryLog?: string | undefined;
  /** Memory for answers at the edge, in MiB; 0 keeps none. */
  readonly answersMb: number;
  readonly logLevel: string;
}
