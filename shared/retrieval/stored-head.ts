import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { Parameter, Parameters } from '../model/index.ts';
import { type FeatureLayout, imageFeatureSize, textFeatureSize } from './pooled-features.ts';

/** `cca` and `ridge` are fitted from captioned images, `centred-pooling` needs none. */
const coarseKindSchema = z.enum(['cca', 'ridge', 'centred-pooling']);

const size = z.number().int().nonnegative();

/** What a head looks at and what it makes of it; its numbers are in the tensors beside it. */
const coarseHeadConfigSchema = z.object({
  format: z.literal('gsmn-coarse-head'),
  version: z.literal(1),
  kind: coarseKindSchema,
  /** Length of a coarse vector. */
  dimensions: z.number().int().positive(),
  features: z.object({
    image: z.object({ regions: size, nodes: size }),
    text: z.object({ bag: z.array(size), words: size }),
  }),
});
type CoarseHeadConfig = z.infer<typeof coarseHeadConfigSchema>;

/** A head as it is kept with the model: JSON and float32 tensors. */
export interface StoredCoarseHead {
  readonly config: CoarseHeadConfig;
  readonly tensors: Parameters;
}

/** The tensors of a head with k dimensions, and their shapes. */
export function headShapes(layout: FeatureLayout, k: number): ReadonlyMap<string, readonly number[]> {
  return new Map([
    /** A row per dimension, over the image's features. */
    ['image.projection', [k, imageFeatureSize(layout)]],
    /** The projected mean of the training images: subtracted after projecting. */
    ['image.offset', [k]],
    /** A row per feature of the sentence (sentences are sparse: rows are gathered). */
    ['text.projection', [textFeatureSize(layout), k]],
    ['text.offset', [k]],
  ]);
}

/** Checks a head that was read from somewhere; `where` names it in messages. */
export function assertStoredHead(stored: unknown, tensors: Parameters, where: string): CoarseHeadConfig {
  const parsed = coarseHeadConfigSchema.safeParse(stored);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError('format_invalid', `${where}: ${issue?.path.join('.')}: ${issue?.message}`, {
      cause: parsed.error,
      hint: 'prepare the model again from its checkpoint',
    });
  }
  const config = parsed.data;
  for (const [name, shape] of headShapes(config.features, config.dimensions)) {
    const found = tensor(tensors, name, where);
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
  }
  return config;
}

/** A tensor that must be there. */
export function tensor(tensors: Parameters, name: string, where: string): Parameter {
  const found = tensors.get(name);
  if (found === undefined) throw new AppError('format_invalid', `${where}: there is no tensor "${name}"`);
  return found;
}
