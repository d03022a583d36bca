import { z } from 'zod';
import { featureIdentitySchema } from './feature-identity.ts';
import { indexFieldsSchema } from './index-fields.ts';
import { modelConfigSchema } from './model-config.ts';
import { rankingSchema } from './ranking.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();

/** A file of a generation, by its path inside the generation's folder. */
const generationFileSchema = z.object({ path: z.string(), bytes: count, sha256 });

const format = z.literal('gsmn-generation');

/** The fields of both versions of a manifest. */
const common = {
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
  /** How many captions, and the words of the longest one with `<start>` and `<end>`. */
  captions: z.object({ count, longest: count }),
  nodes: z.object({ dtype: z.enum(['float16', 'float32']) }),
  /** The points' collections, by half. */
  collections: z.object({ images: z.string(), captions: z.string() }),
  files: z.array(generationFileSchema),
};

/** The halves of a generation: graphs, vectors and payloads of images, and the same of their captions. */
const halfSchema = z.enum(['images', 'captions']);

/** Version 1: always both halves, without the source of the features. */
const manifestVersion1Schema = z.object({ format, version: z.literal(1), ...common });

const manifestVersion2Schema = z
  .object({
    format,
    version: z.literal(2),
    /** Always images; without `captions` there are no captions, no files of them, and no collection. */
    holds: z.array(halfSchema),
    /** The source of the images' features; absent if the data did not name it. */
    features: featureIdentitySchema.optional(),
    /** By which fields images are filtered; absent if none are declared. */
    fields: indexFieldsSchema.optional(),
    ...common,
    collections: z.object({ images: z.string(), captions: z.string().optional() }),
  })
  .refine(({ holds }) => holds.includes('images') && new Set(holds).size === holds.length, {
    path: ['holds'],
    message: 'names images, and each half once',
  })
  .refine(({ holds, collections }) => holds.includes('captions') === (collections.captions !== undefined), {
    path: ['collections', 'captions'],
    message: 'is named where the generation holds captions, and only there',
  })
  .refine(({ holds, captions }) => holds.includes('captions') || captions.count === 0, {
    path: ['captions', 'count'],
    message: 'is 0 where the generation holds no captions',
  });

/**
 * A generation: the result of one index build. It is immutable. Its id is the hash of everything it was made from, so
 * the same model over the same data is the same generation.
 */
export type GenerationManifest = z.infer<typeof manifestVersion2Schema>;

/** The current version, which is written. */
export const generationManifestSchema = manifestVersion2Schema;

/** All versions that are read, as the current version. */
export const storedManifestSchema = z.discriminatedUnion('version', [
  manifestVersion1Schema.transform(
    (manifest): GenerationManifest => ({ ...manifest, version: 2, holds: ['images', 'captions'] }),
  ),
  manifestVersion2Schema,
]);

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

/** The group of images that look alike that an image is in: its metadata `alike`, if that is a text. An empty one, as tables have it, is none. */
export function alikeGroup(payload: Pick<ImagePayload, 'metadata'>): string | undefined {
  const group = payload.metadata?.alike;
  return typeof group === 'string' && group !== '' ? group : undefined;
}

/** Payload of a caption's point; the point's id is the caption's ordinal. */
export const captionPayloadSchema = z.object({ text: z.string(), image: count });
export type CaptionPayload = z.infer<typeof captionPayloadSchema>;
