import type { ModelDataOptions } from '../options.ts';

/** What `gsmn start` was asked for. */
export interface StartOptions extends ModelDataOptions {
  readonly split?: string;
  /** Where the built-in gallery is made when no data is named. */
  readonly gallery: string;
  readonly index: string;
  readonly host: string;
  readonly port: number;
  /** Address of a Qdrant; without it the embedded one is used. */
  readonly qdrant?: string;
  /** False: serve what is there, build nothing. */
  readonly build: boolean;
  readonly logLevel: string;
}
