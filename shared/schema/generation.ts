import { z } from 'zod';
import { modelConfigSchema } from './model-config.ts';
import { rankingSchema } from './ranking.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();

/** A file of a generation, by its path inside the generation's folder. */
const generationFileSchema = z.object({ path: z.string(), bytes: count, sha256 });

/**
 * A generation: the result of one index build. It is immutable. Its id is the hash of everything it was made from, so
 * the same model over the same data is the same generation.
 */
export const generationManifestSchema = z.object({
  format: z.literal('gsmn-generation'),
  version: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** Where the data came from, for people. */
  source: z.object({ name: z.string(), split: z.string() }),
  model: z.object({
    config: modelConfigSchema,
    /** Of the network's parameters, the vocabulary, the recall encoder, and the parser of a model that compares parses. */
    fingerprints: z.object({
      network: sha256,
      vocabulary: sha256,
      coarse: sha256,
      parser: sha256.optional(),
    }),
  }),
  coarse: z.object({ kind: z.string(), dimensions: z.number().int().positive() }),
  ranking: rankingSchema,
  /** The backend that encoded the graphs: another one gives numbers that differ in their last digits. */
  backend: z.string(),
  images: z.object({ count, regions: z.number().int().positive() }),
  captions: z.object({ count, longest: count }),
  nodes: z.object({ dtype: z.enum(['float16', 'float32']) }),
  collections: z.object({ images: z.string(), captions: z.string() }),
  files: z.array(generationFileSchema),
});
export type GenerationManifest = z.infer<typeof generationManifestSchema>;

/** Payload of an image's point in Qdrant. The point's id is the image's ordinal in the node store. */
export const imagePayloadSchema = z.object({
  /** The image's name, unique in its collection: a file name or a URL. */
  name: z.string(),
  /** Where a browser finds the image file: absolute, or relative to the search endpoint. */
  url: z.string().optional(),
  width: z.number().positive(),
  height: z.number().positive(),
  captions: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type ImagePayload = z.infer<typeof imagePayloadSchema>;

/** Payload of a caption's point; the point's id is the caption's ordinal. */
export const captionPayloadSchema = z.object({ text: z.string(), image: count });
export type CaptionPayload = z.infer<typeof captionPayloadSchema>;
