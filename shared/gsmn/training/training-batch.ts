import { AppError } from '../../errors/index.ts';
import type { Dependencies } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';

/** The data of one step: B images and B captions, image i with caption i. */
export interface TrainingBatch {
  /** `[B, R, F]` */
  readonly features: Float32Array;
  /** For every image `[R, 4]`: x1 y1 x2 y2 as fractions of width and height. */
  readonly boxes: readonly ArrayLike<number>[];
  /** Word ids with `<start>` and `<end>`. */
  readonly captions: readonly (readonly number[])[];
  /** Used by sparse models that propagate neighbours. */
  readonly dependencies: readonly (Dependencies | undefined)[];
  /** `[B, B]`, images by captions: 1 for captions that fit an image although they are another's; none by default. */
  readonly alsoRight?: Uint8Array | undefined;
}

/** Refuses a batch whose parts do not belong together. @throws AppError `shape_mismatch` */
export function assertBatch(batch: TrainingBatch, { imageFeatureSize: F }: ModelConfig): void {
  const size = batch.boxes.length;
  const regions = (batch.boxes[0]?.length ?? 0) / 4;
  const wrong = (what: string): AppError => new AppError('shape_mismatch', `a training batch ${what}`);
  if (size < 2) throw wrong(`of ${size} images has no wrong partners`);
  if (batch.captions.length !== size) throw wrong(`has ${size} images and ${batch.captions.length} captions`);
  if (batch.features.length !== size * regions * F) {
    throw wrong(`has ${batch.features.length} features for [${size}, ${regions}, ${F}]`);
  }
  if (batch.boxes.some((boxes) => boxes.length !== regions * 4)) throw wrong('mixes numbers of regions');
  if (batch.alsoRight !== undefined && batch.alsoRight.length !== size ** 2) {
    throw wrong(`says of ${batch.alsoRight.length} pairs whether they fit, not of [${size}, ${size}]`);
  }
  if (batch.captions.some((caption) => caption.length === 0)) throw wrong('has an empty caption');
}
