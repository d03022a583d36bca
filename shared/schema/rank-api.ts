import { z } from 'zod';
import { imagePayloadSchema } from './generation.ts';
import { indexFieldsSchema } from './index-fields.ts';
import { rankingSchema } from './ranking.ts';
import { SEARCH_LIMITS } from './search-limits.ts';

/** The header by which a caller of the reranker says for how many more milliseconds it waits for the response. */
export const TIMEOUT_HEADER = 'x-timeout-ms';

/** Limits of the reranker; the edge worker refuses earlier what the service would refuse. */
export const RANK_LIMITS = {
  /** Images of a shortlist. More candidates are allowed without cosines, as an exhaustive ranking, or as `"all"`. */
  shortlist: 1000,
  /** Last image of a page that may be requested: offset and limit together. */
  depth: 2000,
  /** Images of a page. */
  page: 100,
  bodyBytes: 2 * 2 ** 20,
} as const;

export const queryWordSchema = z.object({
  text: z.string().meta({ description: 'The word as it is looked up.' }),
  id: z.number().int().nonnegative().meta({
    description:
      'Its id in the vocabulary, or that of `as`; that of `<unk>` for a word that the model does not know.',
  }),
  known: z.boolean().meta({ description: 'Whether the model knows the word.' }),
  suggestion: z
    .string()
    .optional()
    .meta({ description: 'For an unknown word: the known word with the nearest spelling, if one is near.' }),
  as: z.string().optional().meta({ description: 'The known word that was searched in its place.' }),
  by: z.enum(['form', 'number', 'spelling', 'meaning']).optional().meta({
    description:
      'Why `as` stands for it: another form of the word, the same number in digits or letters, its nearest spelling, or the nearest meaning: a synonym, a more general word, or a like thing.',
  }),
  negated: z
    .literal(true)
    .optional()
    .meta({ description: 'Present if it belongs to a phrase that images should not show.' }),
});
export type QueryWord = z.infer<typeof queryWordSchema>;

export const encodeRequestSchema = z.object({
  query: z.string().min(1),
  /** The generation whose model to use; by default the active one. */
  generation: z.string().optional(),
  /** Whether the query is read as it was meant, and not only as it is written. */
  understand: z.boolean().default(true),
  /** Phrases that are denied, besides those that it denies itself. */
  not: z.array(z.string().min(1)).max(SEARCH_LIMITS.not).optional(),
});
export type EncodeRequest = z.input<typeof encodeRequestSchema>;

/** What was made of a query. */
export const understandingSchema = z.object({
  understood: z.string().optional().meta({
    description: 'The sentence that was searched, if words were replaced or left out.',
  }),
  without: z.array(z.string()).optional().meta({
    description: 'The phrases that the query denies: images that fit them are lowered.',
  }),
});

/** A query as the vector database and the reranker need it. */
export const encodeResponseSchema = z.object({
  generation: z.string(),
  collection: z.string(),
  /** Images of the generation. */
  images: z.number().int().nonnegative(),
  ranking: rankingSchema,
  /** Whether images of the generation are in groups that look alike. */
  grouped: z.boolean().optional(),
  /** By which fields its images are filtered; absent if none are declared. */
  fields: indexFieldsSchema.optional(),
  /** Unit coarse vector of the query, `[dimensions]`. */
  coarse: z.array(z.number()),
  words: z.array(queryWordSchema),
  /** False if only the reranker can encode queries of this generation: its recall encoder needs a network that does not run at the edge. */
  queryModel: z.boolean().optional(),
  /** The words of its nodes, which evidence names; by default all. */
  searched: z.array(z.string()).optional(),
  ...understandingSchema.shape,
});
export type EncodeResponse = z.infer<typeof encodeResponseSchema>;

/** An image file as the vector database needs it: encoded as the images of the generation were. */
export const encodeImageResponseSchema = encodeResponseSchema.pick({
  generation: true,
  collection: true,
  images: true,
  grouped: true,
  fields: true,
  coarse: true,
});
export type EncodeImageResponse = z.infer<typeof encodeImageResponseSchema>;

/** What is known of a generation without a query. */
export const generationResponseSchema = encodeResponseSchema
  .pick({
    generation: true,
    collection: true,
    images: true,
    fields: true,
  })
  .extend({
    /** Captions that can be compared with images. */
    captions: z.number().int().nonnegative().optional(),
  });
export type GenerationResponse = z.infer<typeof generationResponseSchema>;

export const parseRequestSchema = encodeRequestSchema.pick({ query: true, generation: true });

/** The parse of a query's words. */
export const parseResponseSchema = z.object({
  generation: z.string(),
  compared: z.boolean().meta({
    description:
      'Whether scores depend on this parse: those of dense models and of models that propagate `self` do not.',
  }),
  words: z.array(
    queryWordSchema.extend({
      head: z
        .number()
        .int()
        .nonnegative()
        .meta({ description: 'The word that it depends on, counted from 1; 0 for the root.' }),
      relation: z.string().meta({ description: 'How it depends on that word.' }),
      tag: z.string().meta({ description: 'Its part of speech, a tag of the Penn Treebank.' }),
      universalTag: z.string().meta({ description: 'Its part of speech, a universal tag.' }),
    }),
  ),
  dependencies: z
    .array(z.tuple([z.number().int(), z.number().int()]))
    .meta({ description: "`[head, dependent]`, the root's first, as in `{split}_caps.json`." }),
});
export type ParseResponse = z.infer<typeof parseResponseSchema>;

/** Little-endian float32 numbers as base64. */
const floatsSchema = z.string();

/** An encoded query: its words, their nodes, its parse and its coarse vector. */
export const encodedQuerySchema = z.object({
  /** The L - 2 words between `<start>` and `<end>`, which evidence names. */
  words: z.array(z.string()),
  /** Word nodes, `[L, D]`. */
  nodes: floatsSchema,
  /** `[head, dependent]` pairs, the root's first; for models that compare parses. */
  dependencies: z.array(z.tuple([z.number().int(), z.number().int()])).optional(),
  /** Unit coarse vector, `[dimensions]`. */
  coarse: floatsSchema,
});

/** Several sentences, or one with images that hits should not look like, as one query. */
const combinedQuerySchema = z.object({
  sentences: z
    .array(
      z.object({
        /** The sentence as text, or its encoded form without a coarse vector of its own. */
        sentence: z.union([z.string().min(1), encodedQuerySchema.omit({ coarse: true })]),
        /** How much of the GSMN score it is: 1 together. */
        share: z.number().gt(0).max(1),
      }),
    )
    .min(1)
    .max(SEARCH_LIMITS.sentences),
  /** The common coarse vector as a unit vector, `[dimensions]`, and the length that it had. */
  coarse: floatsSchema,
  length: z
    .number()
    .nonnegative()
    .max(1 + SEARCH_LIMITS.not),
});

const count = z.number().int().nonnegative();
/** Some vector databases round cosines to a little more than 1. */
const cosine = z.number().min(-1.01).max(1.01);

/** Words that captions are searched for: indices of their terms, each with its weight. */
const captionTermsSchema = z
  .object({
    indices: z
      .array(z.number().int().nonnegative().max(0xffffffff))
      .max(2 * SEARCH_LIMITS.queryCharacters * SEARCH_LIMITS.sentences),
    weights: z.array(z.number().min(0).max(1)),
  })
  .refine(({ indices, weights }) => indices.length === weights.length, 'has a weight for each index')
  .refine(({ indices }) => new Set(indices).size === indices.length, 'has an index twice');

/** Requests a page of images, ranked by the fused score. */
export const rankRequestSchema = z.object({
  /** The sentence, or its encoded form from the model of the same generation, or a combination of such. */
  query: z.union([z.string().min(1), encodedQuerySchema, combinedQuerySchema]),
  /** Phrases that are denied, besides those that a sentence denies itself. */
  not: encodeRequestSchema.shape.not,
  /** Whether a sentence is read as it was meant. */
  understand: z.boolean().default(true),
  generation: z.string(),
  /**
   * The images to rank, each as `[ordinal, cosine of the coarse vectors]`, best first; or all. The reranker computes a cosine of
   * null from the generation's own vectors.
   */
  candidates: z.union([z.literal('all'), z.array(z.tuple([count, cosine.nullable()])).min(1)]),
  /** What the images' captions are searched for as well; only for a generation whose captions are searched. */
  captions: captionTermsSchema.optional(),
  /** Whether images that look alike become one before the page is cut. */
  collapse: z.boolean().default(false),
  offset: count.default(0),
  limit: z.number().int().min(1).max(RANK_LIMITS.page),
});
export type RankRequest = z.input<typeof rankRequestSchema>;

/** One region that a word attended to. */
const regionEvidenceSchema = z.object({
  region: z.number().int().nonnegative(),
  weight: z.number().meta({ description: "The region's share of the word's attention." }),
  box: z
    .tuple([z.number(), z.number(), z.number(), z.number()])
    .meta({ description: 'x1, y1, x2, y2 as fractions of width and height.' }),
});
const wordEvidenceSchema = z.object({
  word: z.string(),
  score: z.number().meta({ description: "The score of the word's node." }),
  regions: z.array(regionEvidenceSchema).meta({ description: 'What it attended to, strongest first.' }),
});
export const evidenceSchema = z.object({ words: z.array(wordEvidenceSchema) });
export type EvidenceAnswer = z.infer<typeof evidenceSchema>;

/**
 * Evidence of one image in few bytes. In the form of the search API, a page would be about 70 kB from the reranker to the edge, most of
 * it repeated boxes.
 */
export interface PackedEvidence {
  /**
   * For each word of the query its score, then the regions that it attended to, strongest first, as `region, weight,
   * region, weight, …`.
   */
  readonly words: readonly (readonly number[])[];
  /** These regions, each once: `[region, x1, y1, x2, y2]`, as fractions of width and height. */
  readonly boxes: readonly (readonly [region: number, x1: number, y1: number, x2: number, y2: number])[];
}

/** Callers of the reranker trust these numbers: checking all of every response would cost an edge worker more than using them. */
const packedEvidenceSchema = z.custom<PackedEvidence>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Array.isArray((value as Partial<PackedEvidence>).words) &&
    Array.isArray((value as Partial<PackedEvidence>).boxes),
);

const rankedImageSchema = z.object({
  id: count,
  /** Fused score, by which images are ranked. */
  score: z.number(),
  /** i2t + t2i; of several sentences the mean by their shares. */
  gsmn: z.number(),
  /** Cosine of the coarse vectors. */
  coarse: z.number(),
  /** How well its captions fit, if they were searched. */
  captions: z.number().optional(),
  payload: imagePayloadSchema.optional(),
});

export const rankResponseSchema = z.object({
  generation: z.string(),
  /** The generation that is active now: another one after an index was rebuilt or rolled back. */
  active: z.string(),
  /** The backend that compared. */
  backend: z.string(),
  /** How many images were compared. */
  compared: count,
  /** The page, best first; equal scores in the order of the candidates, for `"all"` by ordinal. */
  images: z.array(
    rankedImageSchema.extend({
      evidence: packedEvidenceSchema.optional(),
      /** What each of several sentences says of it, in their order. */
      sentences: z
        .array(z.object({ gsmn: z.number(), evidence: packedEvidenceSchema.optional() }))
        .optional(),
      /** The images that it stands for: how many, and the best of them. */
      alike: z.object({ count, images: z.array(rankedImageSchema) }).optional(),
    }),
  ),
  /** The highest fused score of all compared images, which may be on another page; absent if captions raised it. */
  best: z.number().optional(),
  /** Images that were ranked, on all pages; those that look alike are one if `collapse` was asked for. */
  total: count.optional(),
  /** Whether each image of the page has its evidence; if not, why. */
  evidence: z.enum(['complete', 'late', 'failed']),
  /** Milliseconds of its parts, including waiting for other requests. */
  took: z.object({ match: z.number(), evidence: z.number() }),
});
export type RankResponse = z.infer<typeof rankResponseSchema>;
