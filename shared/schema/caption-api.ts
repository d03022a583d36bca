import { z } from 'zod';
import { captionPayloadSchema } from './generation.ts';
import { imageFilterSchema } from './image-filter.ts';
import { RANK_LIMITS } from './rank-api.ts';
import { searchResponseSchema } from './search-api.ts';

const count = z.number().int().nonnegative();

/** Asks the reranker for the captions that fit an image. */
export const captionsRequestSchema = z.object({
  generation: z.string(),
  /** The image's ordinal. */
  image: count,
  limit: z.number().int().min(1).max(RANK_LIMITS.page),
  /** Which images' captions are compared; those of all by default. */
  filter: imageFilterSchema.optional(),
});
export type CaptionsRequest = z.input<typeof captionsRequestSchema>;

const rankedCaptionSchema = captionPayloadSchema.extend({
  id: count,
  /** i2t + t2i, by which captions are ranked. */
  gsmn: z.number(),
  /** Cosine of the coarse vectors. */
  coarse: z.number(),
});
export type RankedCaption = z.infer<typeof rankedCaptionSchema>;

export const captionsResponseSchema = z.object({
  generation: z.string(),
  /** How many captions were compared. */
  compared: count,
  /** Best first. */
  captions: z.array(rankedCaptionSchema),
});
export type CaptionsResponse = z.infer<typeof captionsResponseSchema>;

/** The captions that fit an image, of the search API. */
export const imageCaptionsSchema = z.object({
  generation: z.string().meta({ description: 'The version of the index.' }),
  image: count.meta({ description: 'The image.' }),
  filtered: searchResponseSchema.shape.filtered,
  compared: count.meta({ description: 'How many captions were compared with it.' }),
  captions: z.array(
    z.object({
      id: count.meta({ description: 'The caption in this generation.' }),
      text: z.string(),
      image: count.meta({ description: 'The image that the data has this caption for.' }),
      scores: z.object({
        gsmn: z.number().meta({ description: 'What captions are sorted by.' }),
        coarse: z.number().meta({ description: 'The cosine of the coarse vectors.' }),
      }),
    }),
  ),
});
export type ImageCaptions = z.infer<typeof imageCaptionsSchema>;
