import type { Propagation } from '../../shared/schema/index.ts';

/** What a start of the whole system was asked for. */
export interface StartOptions {
  /** The data folder that is searched; the built-in gallery when none is named. */
  readonly data?: string | undefined;
  /** The data's released name, by which its vocabulary file may be called. */
  readonly dataName?: string | undefined;
  readonly split?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly vocabulary?: string | undefined;
  readonly propagation?: Propagation | undefined;
  /** `auto` or a backend's name. */
  readonly backend: string;
  /** Where the built-in gallery is made when no data is named. */
  readonly gallery: string;
  readonly index: string;
  readonly host: string;
  readonly port: number;
  /** Address of a Qdrant; without it the embedded one is used. */
  readonly qdrant?: string | undefined;
  /** False: serve what is there, build nothing. */
  readonly build: boolean;
  readonly logLevel: string;
}
