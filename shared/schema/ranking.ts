import { z } from 'zod';

/** How the coarse score and GSMN's score become one; kept with the model, because the weight fits one network. */
export const rankingSchema = z.object({
  /** Images that Qdrant hands to the reranker. */
  shortlist: z.number().int().positive(),
  /** Weight of the coarse cosine in `gsmn + weight * coarse`. */
  coarseWeight: z.number().nonnegative(),
});
export type Ranking = z.infer<typeof rankingSchema>;
