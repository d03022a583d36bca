import { z } from 'zod';

const count = z.number().int().positive();

/**
 * Which feature source made region features: `{split}_features.json` of a data folder, and part of a model and of a
 * generation. Numbers of different sources have different meanings, even if there are equally many.
 */
export const featureIdentitySchema = z.strictObject({
  /** The source's id. */
  source: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  /** Raised whenever the source gives other numbers for the same image. */
  version: count,
  /** R, regions of an image. */
  regions: count,
  /** F, features of a region. */
  featureSize: count,
  /** The SHA-256 of the source's weights, if it has any. */
  weights: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
export type FeatureIdentity = z.infer<typeof featureIdentitySchema>;
