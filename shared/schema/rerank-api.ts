import { z } from 'zod';
import { rankingSchema } from './ranking.ts';

/** Limits of the rerank service; the edge worker refuses earlier what the service would refuse. */
export const RERANK_LIMITS = {
  queryCharacters: 1000,
  shortlist: 1000,
  evidence: 50,
  /** Images of an answer to "rank all". */
  ranked: 2000,
  bodyBytes: 64 * 1024,
} as const;

export const queryWordSchema = z.object({
  /** The token as it is looked up. */
  text: z.string(),
  /** Id in the vocabulary; that of `<unk>` for a word the model does not know. */
  id: z.number().int().nonnegative(),
  known: z.boolean(),
  /** Of an unknown word: the known one that is spelled most like it. */
  suggestion: z.string().optional(),
});
export type QueryWord = z.infer<typeof queryWordSchema>;

export const encodeRequestSchema = z.object({
  query: z.string().min(1),
  /** Which generation's model to use; the active one when absent. */
  generation: z.string().optional(),
  /** Ask for the word nodes too: base64 of little-endian float32 `[L, D]`. */
  includeWords: z.boolean().optional(),
});
export type EncodeRequest = z.infer<typeof encodeRequestSchema>;

export const encodeResponseSchema = z.object({
  generation: z.string(),
  collection: z.string(),
  ranking: rankingSchema,
  /** Unit coarse vector of the query, `[dimensions]`. */
  coarse: z.array(z.number()),
  words: z.array(queryWordSchema),
  nodes: z.object({ shape: z.tuple([z.number(), z.number()]), base64: z.string() }).optional(),
});
export type EncodeResponse = z.infer<typeof encodeResponseSchema>;

export const parseRequestSchema = encodeRequestSchema.pick({ query: true, generation: true });

/** The graph of a query's words. */
export const parseResponseSchema = z.object({
  generation: z.string(),
  /** Whether the scores depend on it: those of dense models do not, nor those of models that propagate `self`. */
  compared: z.boolean(),
  words: z.array(
    queryWordSchema.extend({
      /** The word that it depends on, counted from 1; 0 for the root. */
      head: z.number().int().nonnegative(),
      relation: z.string(),
      /** Penn Treebank's tag, and the universal one. */
      tag: z.string(),
      universalTag: z.string(),
    }),
  ),
  /** `[head, dependent]`, the root's first, as `{split}_caps.json` has them. */
  dependencies: z.array(z.tuple([z.number().int(), z.number().int()])),
});
export type ParseResponse = z.infer<typeof parseResponseSchema>;

export const rerankRequestSchema = z.object({
  query: z.string().min(1),
  generation: z.string(),
  /** Image ordinals, the shortlist. */
  ids: z.array(z.number().int().nonnegative()).min(1),
  /** For how many of the given `evidenceIds` to return what matched what. */
  evidenceIds: z.array(z.number().int().nonnegative()).optional(),
});
export type RerankRequest = z.infer<typeof rerankRequestSchema>;

/** One region that a word attended to. `box` is x1 y1 x2 y2 as fractions of width and height. */
const regionEvidenceSchema = z.object({
  region: z.number().int().nonnegative(),
  weight: z.number(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
});
/** One word of the query, its node's score and the regions it attended to, strongest first. */
const wordEvidenceSchema = z.object({
  word: z.string(),
  score: z.number(),
  regions: z.array(regionEvidenceSchema),
});
export const evidenceSchema = z.object({ words: z.array(wordEvidenceSchema) });
export type EvidenceAnswer = z.infer<typeof evidenceSchema>;

export const rerankResponseSchema = z.object({
  generation: z.string(),
  backend: z.string(),
  scores: z.array(
    z.object({
      id: z.number().int().nonnegative(),
      /** i2t + t2i. */
      score: z.number(),
      imageToText: z.number(),
      textToImage: z.number(),
      evidence: evidenceSchema.optional(),
    }),
  ),
});
export type RerankResponse = z.infer<typeof rerankResponseSchema>;

/** Ranks every image of a generation; a service sets itself a limit of how many they may be. */
export const rankAllRequestSchema = z.object({
  query: z.string().min(1),
  generation: z.string(),
  /** How many of the best to answer. */
  limit: z.number().int().min(1).max(RERANK_LIMITS.ranked),
});
export type RankAllRequest = z.infer<typeof rankAllRequestSchema>;

export const rankAllResponseSchema = z.object({
  generation: z.string(),
  backend: z.string(),
  /** How many images were compared: all. */
  compared: z.number().int().nonnegative(),
  /** The best by the fused score, best first; equal ones by id. */
  images: z.array(
    z.object({
      id: z.number().int().nonnegative(),
      /** i2t + t2i. */
      score: z.number(),
      /** Cosine of the coarse vectors. */
      coarse: z.number(),
    }),
  ),
});
export type RankAllResponse = z.infer<typeof rankAllResponseSchema>;
