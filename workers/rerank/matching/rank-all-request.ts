import { AppError } from '../../../shared/errors/index.ts';
import { BestImages } from '../../../shared/retrieval/best-images.ts';
import type { RankAllRequest, RankAllResponse } from '../../../shared/schema/index.ts';
import type { GenerationHost } from '../generations/generation-host.ts';
import type { LoadedGeneration } from '../generations/loaded-generation.ts';
import type { RerankMetrics } from '../metrics.ts';
import type { RerankSettings } from '../settings.ts';
import { comparedQuery } from './compare-query.ts';
import { timed } from './timed.ts';

/**
 * Answers `POST /v1/rank-all`: the best of all images of a generation by the fused score, equal ones by ordinal. The coarse
 * cosines are those of the generation's own vectors (docs/decisions/0009).
 */
export async function rankAllImages(
  request: RankAllRequest,
  host: GenerationHost,
  settings: RerankSettings,
  metrics: RerankMetrics,
  signal: AbortSignal,
): Promise<RankAllResponse> {
  const { generation, release } = host.lease(request.generation, 'rerank_unavailable');
  try {
    const vectors = vectorsOf(generation, settings);
    const { matcher, images, manifest } = generation;
    const { caption, coarse } = await comparedQuery(request.query, generation, settings, metrics);
    const best = new BestImages(request.limit, coarse, manifest.ranking.coarseWeight);
    await images.scan(signal, ({ prepared, from }) =>
      timed(metrics, 'match', async () => {
        signal.throwIfAborted();
        // One after the other: the images are let go of when this fails, so nothing may still be comparing them.
        const own = await vectors.read(from, from + prepared.count);
        const scores = await matcher.score(prepared, [caption], undefined, { signal });
        best.add({ from, vectors: own, ...scores });
        metrics.pairs(prepared.count);
      }),
    );
    return {
      generation: generation.id,
      backend: matcher.backend,
      compared: images.count,
      images: best.ranked().map(({ id, gsmn, coarse: cosine }) => ({ id, score: gsmn, coarse: cosine })),
    };
  } finally {
    await release();
  }
}

function vectorsOf(
  { id, images, vectors }: LoadedGeneration,
  { exhaustiveImages }: Pick<RerankSettings, 'exhaustiveImages'>,
): NonNullable<LoadedGeneration['vectors']> {
  if (images.count > exhaustiveImages) {
    throw new AppError(
      'request_too_large',
      `the index has ${images.count} images, and exhaustive search compares at most ${exhaustiveImages}`,
      { hint: 'search without it; whoever runs the reranker may raise the limit (RERANK_EXHAUSTIVE_IMAGES)' },
    );
  }
  if (vectors !== undefined) return vectors;
  throw new AppError(
    'generation_incomplete',
    `generation ${id} does not have the coarse vectors of its images`,
    {
      hint: 'build it again: `gsmn index build`',
    },
  );
}
