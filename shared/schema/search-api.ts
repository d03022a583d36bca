import { z } from 'zod';
import { FILTER_LIMITS, filterSchema } from './filter-tree.ts';
import { evidenceSchema, queryWordSchema, understandingSchema } from './rank-api.ts';
import { matchSchema } from './ranking.ts';
import { SEARCH_LIMITS } from './search-limits.ts';
import {
  generationIdSchema,
  notSchema,
  repeatedNotSchema,
  sentenceSchema,
  sentencesSchema,
  weightedSentencesSchema,
  weightsSchema,
} from './search-sentences.ts';

/** The stage that ordered the hits: `rerank` is full GSMN on the shortlist, `recall` the order of coarse scores. */
export const stageSchema = z.enum(['rerank', 'recall']);
export type Stage = z.infer<typeof stageSchema>;

/** What recall goes over: coarse vectors, which are made of pixels, and the words of captions. */
export const channelSchema = z.enum(['pixels', 'captions']);
export type Channel = z.infer<typeof channelSchema>;

/** Channels in one order, each once. */
const channelsSchema = z
  .array(channelSchema)
  .min(1)
  .transform((given) => channelSchema.options.filter((channel) => given.includes(channel)));

/** A whole number as an address has it: digits alone, where `Number` would take `0x10`, `1e1` and nothing at all. */
const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'not a whole number')
    .transform(Number)
    .pipe(z.number().int().min(least).max(most))
    .meta({ type: 'integer', minimum: least, maximum: most });

/** The same, where it may be left out. */
const wholeNumberOr = (normally: number, least: number, most: number) =>
  wholeNumber(least, most).default(normally).meta({ default: normally });

/** The id of an image in an address. */
export const imageIdSchema = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** `true` or `false` in an address. */
const flag = (normally: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(normally)
    .transform((text) => text === 'true');

const facetNames = z
  .array(z.string().trim().min(1))
  .min(1)
  .max(FILTER_LIMITS.facets)
  .refine((names) => new Set(names).size === names.length, 'a field is named twice');

/** Where a page of a list ended, as an answer has it. */
export const cursorSchema = z.string().min(1).max(400);

/** A search as an address asks for it; a name that is not known is refused. */
export const searchQuerySchema = z.strictObject({
  q: sentencesSchema,
  /** How much each of several sentences counts. */
  weights: weightsSchema.optional(),
  not: repeatedNotSchema.optional(),
  /** The generation that is searched. */
  generation: generationIdSchema.optional(),
  limit: wholeNumberOr(20, 1, SEARCH_LIMITS.limit),
  offset: wholeNumberOr(0, 0, SEARCH_LIMITS.offset),
  /** Compares every image instead of a shortlist. */
  exhaustive: flag('false'),
  /** Whether the query is read as it was meant, and not only as it is written. */
  understand: flag('true'),
  /** Whether of images that look alike only the best is a hit, which names the others. */
  collapse: flag('true'),
  /** Which images are searched, as text (`parseFilter`). */
  filter: z.string().max(FILTER_LIMITS.characters).optional(),
  /** Fields whose values are counted, separated by commas. */
  facets: z
    .string()
    .transform((text) => text.split(','))
    .pipe(facetNames)
    .optional(),
  /** What recall goes over, separated by commas; all that the index has by default. */
  channels: z
    .string()
    .transform((text) => text.split(','))
    .pipe(channelsSchema)
    .optional(),
  /** `next` of the page before. */
  after: cursorSchema.optional(),
});

/** The same as JSON. If `exhaustive` is true, every image is compared instead of a shortlist. */
export const searchRequestSchema = z.strictObject({
  q: sentenceSchema.optional().meta({ description: 'What to look for. A search has `q` or `queries`.' }),
  queries: weightedSentencesSchema.optional().meta({
    description: 'Several sentences, whose scores count by their weights.',
  }),
  not: notSchema.optional().meta({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: SEARCH_LIMITS.queryCharacters },
    minItems: 1,
    maxItems: SEARCH_LIMITS.not,
    description: 'What images should not show, as phrases, or look like, as `id:123`.',
  }),
  generation: generationIdSchema.optional().meta({
    description:
      'The version of the index, the active one by default. An `id` in `not` means another image in another version: send `generation` of the answer that it comes from.',
  }),
  limit: z.number().int().min(1).max(SEARCH_LIMITS.limit).default(20),
  offset: z.number().int().min(0).max(SEARCH_LIMITS.offset).default(0),
  exhaustive: z.boolean().default(false),
  understand: z.boolean().default(true),
  collapse: z.boolean().default(true),
  filter: filterSchema.optional(),
  facets: facetNames.optional(),
  channels: channelsSchema.optional().meta({
    description:
      'What recall goes over: `pixels`, `captions` or both, by default all that the index has. Captions can be searched if the index was built for it.',
  }),
  after: cursorSchema.optional(),
});

const plainHitSchema = z.object({
  id: z.number().int().nonnegative().meta({ description: 'The image in this generation.' }),
  relevance: z.number().min(0).max(1).optional().meta({
    description:
      'The probability that the image fits the query. Absent if the model of this generation is not calibrated, for several sentences, if `not` names images, and for images whose captions raised their score.',
  }),
  scores: z
    .object({
      fused: z.number().optional().meta({
        description:
          'What hits are sorted by: the GSMN score and the weighted coarse score, with that of the captions if they were searched.',
      }),
      gsmn: z.number().optional().meta({ description: 'Of several sentences the weighted mean.' }),
      coarse: z.number().meta({
        description: 'The cosine of the coarse vectors, by which hits of the stage `recall` are sorted.',
      }),
      captions: z.number().optional().meta({
        description:
          'How well the words of the captions fit (BM25, a mean over the words of the query), if captions were searched; 0 if they have none of them.',
      }),
    })
    .meta({ description: 'The raw scores; only `coarse` and `captions` if the stage is `recall`.' }),
  channels: z.array(channelSchema).optional().meta({
    description:
      'Through which channels recall found it. Absent if captions were not searched, and if every image was compared.',
  }),
  stage: stageSchema.meta({
    description: 'What ordered this hit: GSMN (`rerank`) or coarse scores (`recall`).',
  }),
  image: z.object({
    name: z.string(),
    url: z.string().optional().meta({ description: 'Relative addresses are relative to this response.' }),
    width: z.number(),
    height: z.number(),
    widths: z.array(z.number().int()).optional().meta({
      description: 'The widths that the image is served in, in pixels: the address with `?w=WIDTH`.',
    }),
  }),
  captions: z.array(z.string()).meta({ description: 'The captions that the data has for this image.' }),
  metadata: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'What else the data says about this image.' }),
});

export const searchHitSchema = plainHitSchema.extend({
  evidence: evidenceSchema.optional().meta({ description: 'What each word of the query attended to.' }),
  sentences: z
    .array(z.object({ gsmn: z.number(), evidence: evidenceSchema.optional() }))
    .optional()
    .meta({ description: 'For several sentences, in their order: the GSMN score and evidence of each.' }),
  alike: z
    .object({
      count: z.number().int().positive().meta({ description: 'How many.' }),
      hits: z.array(plainHitSchema).meta({ description: 'The best of them, at most 20.' }),
    })
    .optional()
    .meta({ description: 'The other images found that look like this one, which stands for them.' }),
});
export type SearchHit = z.infer<typeof searchHitSchema>;

export const searchResponseSchema = z.object({
  query: z.string().meta({ description: 'The sentence, or the first of several.' }),
  queries: z
    .array(
      z.object({
        q: z.string(),
        weight: z.number(),
        words: z.array(queryWordSchema),
        ...understandingSchema.shape,
      }),
    )
    .optional()
    .meta({ description: 'Several sentences, in their order, and what was made of each.' }),
  not: z.array(z.string()).optional().meta({
    description: 'What was denied besides, as phrases and `id:123`.',
  }),
  words: z.array(queryWordSchema),
  ...understandingSchema.shape,
  generation: z.string().meta({ description: 'The version of the index that was searched.' }),
  stage: stageSchema.meta({ description: 'What ordered the first hits; each hit has its own `stage`.' }),
  ranking: z
    .literal('exhaustive')
    .optional()
    .meta({ description: 'Present if every image was compared instead of a shortlist.' }),
  degraded: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .meta({ description: 'Present if the response lacks something: why, in one sentence.' }),
  filtered: z
    .object({
      filter: z.string().meta({ description: 'The filter as it was read.' }),
      images: z.number().int().meta({ description: 'How many images pass.' }),
    })
    .optional()
    .meta({ description: 'Present if the search was filtered.' }),
  facets: z
    .record(
      z.string(),
      z.array(z.object({ value: z.union([z.string(), z.number(), z.boolean()]), count: z.number().int() })),
    )
    .optional()
    .meta({
      description:
        'By field: its most frequent values among the images that were compared, and how many of these have each.',
    }),
  match: matchSchema.optional().meta({
    description:
      'Whether the best image fits: `weak` if that is doubtful, `none` if nothing seems to fit, so that the hits are only the nearest. The same on all pages. Absent if the model of this generation is not calibrated, or there is no image, and where hits have no `relevance`.',
  }),
  total: z.number().int().nonnegative().optional().meta({
    description:
      'How many hits were compared in full, on all pages: those of the shortlist, or, exhaustively, all. Hits behind the shortlist are not counted.',
  }),
  limit: z.number().int(),
  offset: z.number().int(),
  hits: z.array(searchHitSchema),
  next: z.string().optional().meta({
    description: 'For the next page of the same search, as `after`; absent on the last one.',
  }),
});
export type SearchResponse = z.infer<typeof searchResponseSchema>;

/** Images without a query. */
export const imagePageSchema = z.object({
  generation: z.string().meta({ description: 'The version of the index that is listed.' }),
  sort: z.string().optional(),
  like: z.number().int().optional().meta({ description: 'The image that the others are compared with.' }),
  filtered: searchResponseSchema.shape.filtered,
  total: z.number().int().meta({ description: 'Images that are listed, on all pages.' }),
  limit: z.number().int(),
  images: z.array(
    searchHitSchema.pick({ id: true, image: true, captions: true, metadata: true }).extend({
      score: z
        .number()
        .optional()
        .meta({ description: 'With `like`: the cosine between the coarse vectors of both images.' }),
    }),
  ),
  next: z.string().optional().meta({ description: 'For the next page, as `after`; absent on the last one.' }),
});
export type ImagePage = z.infer<typeof imagePageSchema>;

const nearImageSchema = searchHitSchema
  .pick({ id: true, image: true, captions: true, metadata: true })
  .extend({
    score: z.number().meta({
      description: 'The cosine between the coarse vectors of the image that was sent and this one.',
    }),
  });

/** Images like one that was sent. */
export const nearImagesSchema = imagePageSchema
  .pick({ generation: true, filtered: true, limit: true })
  .extend({
    stage: z.literal('recall').meta({
      description:
        'What ordered the images: their coarse vectors alone. GSMN compares sentences with images, and took no part.',
    }),
    total: z.number().int().meta({
      description: 'Images that were compared: all, or those that pass the filter.',
    }),
    images: z.array(
      nearImageSchema.extend({
        alike: z
          .object({
            count: z.number().int().positive().meta({ description: 'How many.' }),
            images: z.array(nearImageSchema).meta({ description: 'The nearest of them, at most 20.' }),
          })
          .optional()
          .meta({ description: 'The other images found that look like this one, which stands for them.' }),
      }),
    ),
  });
export type NearImages = z.infer<typeof nearImagesSchema>;

/** RFC 9457. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().meta({ description: 'What is wrong, and where.' }),
  code: z.string().meta({ description: 'The kind of error, for programs.' }),
  hint: z.string().optional().meta({ description: 'How to fix it.' }),
  requestId: z.string().optional().meta({ description: 'The id of this request in the logs.' }),
});
export type Problem = z.infer<typeof problemSchema>;
