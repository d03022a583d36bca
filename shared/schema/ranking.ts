import { z } from 'zod';

const probability = z.number().min(0).max(1);

/** Logistic regression: how likely it is that an image fits a query, by its score and by what the model knows of the query. */
export const relevanceCurveSchema = z.object({
  intercept: z.number(),
  /** Never negative, so that relevance has the order of the scores. */
  score: z.number().nonnegative(),
  /** Of the share of the query's content words that the model does not know. */
  unknownShare: z.number(),
  /** Added if there is any such word. */
  anyUnknown: z.number(),
  /** How much the score of the best image rises when an index has e times as many images. */
  growth: z.number().nonnegative(),
  /** If the best image is less relevant than this, the match is weak. */
  weak: probability,
  /** If it is less relevant than this, there is no match. */
  none: probability,
});
export type RelevanceCurve = z.infer<typeof relevanceCurveSchema>;

/** Curves for short and for long queries: recall encoders read them differently. */
const curvesSchema = z.object({ short: relevanceCurveSchema, long: relevanceCurveSchema });

/** How scores become probabilities, fitted on held-out captions (docs/relevance.md). */
export const calibrationSchema = z.object({
  /** Images that were searched when it was fitted. */
  images: z.number().int().positive(),
  /** By the fused score. */
  rerank: curvesSchema,
  /** By the coarse score. */
  recall: curvesSchema,
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** How the coarse score and the GSMN score are fused. Part of the model, because the weight fits one network. */
export const rankingSchema = z.object({
  /** Images that recall passes to the reranker. */
  shortlist: z.number().int().positive(),
  /** Weight of the coarse cosine in `gsmn + weight * coarse`. */
  coarseWeight: z.number().nonnegative(),
  /**
   * What the captions' score of an image counts beside its cosine. In a generation: its captions are searched, too. In a model: fitted
   * on held-out captions, for generations that search captions.
   */
  captionWeight: z.number().nonnegative().optional(),
  /** Absent in models that were prepared without enough held-out captions, or before there were calibrations. */
  calibration: calibrationSchema.optional(),
});
export type Ranking = z.infer<typeof rankingSchema>;

/** Whether the best image fits: `weak` if that is doubtful, `none` if it is very doubtful. */
export const matchSchema = z.enum(['good', 'weak', 'none']);
export type Match = z.infer<typeof matchSchema>;
