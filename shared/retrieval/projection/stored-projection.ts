import { z } from 'zod';
import { AppError } from '../../errors/index.ts';
import type { StoredRecallEncoder } from '../recall-encoder.ts';
import { type FeatureLayout, imageFeatureSize, textFeatureSize } from './feature-layout.ts';

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

/** Names of tensors, and their shapes by the layout and k, the dimensions. */
type TensorShapes = Readonly<Record<string, (layout: FeatureLayout, k: number) => readonly number[]>>;

export const IMAGE_TENSORS = {
  /** A row per dimension, over the image's features. */
  'image.projection': (layout, k) => [k, imageFeatureSize(layout)],
  /** The projected mean of the training images: subtracted after projecting. */
  'image.offset': (_, k) => [k],
} as const satisfies TensorShapes;

export const TEXT_TENSORS = {
  /** One row for each feature of the text (texts are sparse: rows are gathered). */
  'text.projection': (layout, k) => [textFeatureSize(layout), k],
  'text.offset': (_, k) => [k],
} as const satisfies TensorShapes;

/**
 * Checks one side of a stored projection.
 *
 * @param wanted the tensors of the side.
 * @param where names the encoder in messages.
 * @returns the configuration, and the numbers of a wanted tensor.
 * @throws AppError `format_invalid`, `shape_mismatch`.
 */
export function readProjection<Name extends string>(
  { config: unchecked, tensors }: StoredRecallEncoder,
  wanted: Readonly<Record<Name, TensorShapes[string]>>,
  where: string,
): { readonly config: ProjectionConfig; readonly data: (name: Name) => Float32Array } {
  const parsed = configSchema.safeParse(unchecked);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError('format_invalid', `${where}: ${issue?.path.join('.')}: ${issue?.message}`, {
      cause: parsed.error,
      hint: 'prepare the model again from its checkpoint',
    });
  }
  const config = parsed.data;
  const data = (name: Name): Float32Array => {
    const found = tensors.get(name);
    if (found === undefined) throw new AppError('format_invalid', `${where}: there is no tensor "${name}"`);
    const shape = wanted[name](config.features, config.dimensions);
    const length = shape.reduce((product, extent) => product * extent, 1);
    if (found.shape.join() !== shape.join() || found.data.length !== length) {
      throw new AppError(
        'shape_mismatch',
        `${where}: "${name}" is [${found.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
    if (!found.data.every(Number.isFinite)) {
      throw new AppError('format_invalid', `${where}: "${name}" holds numbers that are not finite`);
    }
    return found.data;
  };
  return { config, data };
}
