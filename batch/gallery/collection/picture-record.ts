import type { DrawingUnit } from './plan.ts';

/** A picture, drawn, rendered and described. */
export interface PictureRecord {
  readonly width: number;
  readonly height: number;
  readonly captions: readonly string[];
  /** The picture as a WebP file. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** `[R, 4]`, pixels: x1 y1 x2 y2. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** `[R, F]` */
  readonly features: Int8Array<ArrayBuffer>;
}

/** What became of a drawing unit: one picture, or the two of a pair of twins with what tells them apart. */
export interface UnitRecord {
  readonly row: number;
  readonly twins: string | undefined;
  readonly pictures: readonly PictureRecord[];
}

/** What a worker is sent, and what it sends back. */
export type PictureTask = DrawingUnit;
