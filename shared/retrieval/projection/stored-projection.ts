import { z } from 'zod';
import type { StoredRecallEncoder } from '../recall-encoder.ts';
import { readSide, type TensorShapes } from '../stored-encoder.ts';
import { imageFeatureSize, textFeatureSize } from './feature-layout.ts';

/** `cca` and `ridge` are fitted from captioned images, `centred-pooling` needs none. */
const kindSchema = z.enum(['cca', 'ridge', 'centred-pooling']);
export type ProjectionKind = z.infer<typeof kindSchema>;

const size = z.number().int().nonnegative();

/** What a projection reads, and its sizes; its numbers are in the tensors. */
const configSchema = z.object({
  format: z.literal('gsmn-coarse-head'),
  version: z.literal(1),
  kind: kindSchema,
  /** Length of a coarse vector. */
  dimensions: z.number().int().positive(),
  features: z.object({
    image: z.object({ regions: size, nodes: size }),
    text: z.object({ bag: z.array(size), words: size }),
  }),
});
type ProjectionConfig = z.infer<typeof configSchema>;

/** A projection as it is stored with the model (`coarse.json`, `coarse.safetensors`). */
export interface StoredProjection extends StoredRecallEncoder {
  readonly config: ProjectionConfig;
}

export const IMAGE_TENSORS = {
  /** A row per dimension, over the image's features. */
  'image.projection': ({ features, dimensions }) => [dimensions, imageFeatureSize(features)],
  /** The projected mean of the training images: subtracted after projecting. */
  'image.offset': ({ dimensions }) => [dimensions],
} as const satisfies TensorShapes<ProjectionConfig>;

export const TEXT_TENSORS = {
  /** One row for each feature of the text (texts are sparse: rows are gathered). */
  'text.projection': ({ features, dimensions }) => [textFeatureSize(features), dimensions],
  'text.offset': ({ dimensions }) => [dimensions],
} as const satisfies TensorShapes<ProjectionConfig>;

/**
 * Checks one side of a stored projection.
 *
 * @param wanted the tensors of the side.
 * @throws AppError of `readSide`.
 */
export function readProjection<Name extends string>(
  stored: StoredRecallEncoder,
  wanted: Readonly<Record<Name, TensorShapes<ProjectionConfig>[string]>>,
  where: string,
) {
  return readSide(configSchema, stored, wanted, where);
}
