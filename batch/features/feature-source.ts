import type { FeatureIdentity } from '../../shared/schema/index.ts';

/** An image as pixels. */
export interface ImagePixels {
  /** `[height, width, 3]`, sRGB. */
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The regions of an image, with their features. */
export interface ImageRegions {
  /** `[R, 4]`: x1 y1 x2 y2, in pixels of the image. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** `[R, F]` */
  readonly features: Float32Array<ArrayBuffer> | Int8Array<ArrayBuffer>;
}

/**
 * What turns the pixels of an image into regions and their features. Its `version` is raised whenever the same pixels give other
 * numbers, because models were trained on the numbers before.
 */
export interface FeatureSource extends Omit<FeatureIdentity, 'source'> {
  /** The name of the source in data folders, models and generations. */
  readonly id: string;
  /**
   * Finds and describes the regions of an image. The same pixels give the same numbers; a source that has weights may
   * round them otherwise on another processor.
   */
  extract(image: ImagePixels): Promise<ImageRegions>;
}

/** How data folders, models and generations name a source. */
export function featureIdentity({
  id,
  version,
  regions,
  featureSize,
  weights,
}: Omit<FeatureSource, 'extract'>): FeatureIdentity {
  return { source: id, version, regions, featureSize, ...(weights === undefined ? {} : { weights }) };
}
