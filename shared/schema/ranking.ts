import { z } from 'zod';

/** How the coarse score and the GSMN score are fused. Part of the model, because the weight fits one network. */
export const rankingSchema = z.object({
  /** Images that recall passes to the reranker. */
  shortlist: z.number().int().positive(),
  /** Weight of the coarse cosine in `gsmn + weight * coarse`. */
  coarseWeight: z.number().nonnegative(),
});
export type Ranking = z.infer<typeof rankingSchema>;
