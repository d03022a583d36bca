import type { PairScorer } from '../../shared/gsmn/training/index.ts';
import { createSimdMatcher } from '../../shared/match/simd/index.ts';
import type { Parameters } from '../../shared/model/index.ts';
import { nodeKernelRuntime } from '../../shared/platform/match/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';

/** A scorer that holds threads and memory until `dispose`. */
export interface FusedScorer {
  readonly score: PairScorer;
  dispose(): Promise<void>;
}

/**
 * Scores the pairs of training batches with the fused matcher: as exact as TF.js, and several times faster.
 *
 * @param parameters any of that configuration; every call passes those of the two graphs.
 * @throws AppError `backend_unavailable`
 */
export async function createFusedScorer(config: ModelConfig, parameters: Parameters): Promise<FusedScorer> {
  const matcher = createSimdMatcher(config, parameters, await nodeKernelRuntime());
  return {
    score: async ({ images, captions }, matching) => {
      matcher.replaceParameters(new Map([...parameters, ...matching]));
      const prepared = await matcher.prepareLaidOut(images);
      try {
        const { imageToText, textToImage } = await matcher.score(prepared, captions);
        return imageToText.map((score, pair) => score + (textToImage[pair] ?? Number.NaN));
      } finally {
        prepared.dispose();
      }
    },
    dispose: () => matcher.dispose(),
  };
}
