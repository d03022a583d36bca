import type { DrawingUnit } from './plan.ts';

/** An image, drawn, rendered and described. */
export interface RenderedImage {
  readonly width: number;
  readonly height: number;
  readonly captions: readonly string[];
  /** The image as a WebP file. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** `[R, 4]`, pixels: x1 y1 x2 y2. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** `[R, F]` */
  readonly features: Int8Array<ArrayBuffer>;
}

/** The result of a drawing unit: one image, or the two of a pair of twins with the kind of their difference. */
export interface RenderedUnit {
  readonly row: number;
  readonly twins: string | undefined;
  readonly images: readonly RenderedImage[];
}

/** What a worker receives, and what it returns. */
export type RenderTask = DrawingUnit;
