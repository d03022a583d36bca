import { AppError } from '../../../shared/errors/index.ts';
import type { RerankRequest, RerankResponse } from '../../../shared/schema/index.ts';
import type { GenerationHost } from '../generations/generation-host.ts';
import type { RerankMetrics } from '../metrics.ts';
import type { RerankSettings } from '../settings.ts';
import { comparedQuery } from './compare-query.ts';
import { type ScoredImage, scoreSlice } from './score-slice.ts';

/** Answers `POST /v1/rerank`: GSMN's scores of the shortlist, in its order, and evidence where it is asked for. */
export async function rerankImages(
  request: RerankRequest,
  host: GenerationHost,
  settings: RerankSettings,
  metrics: RerankMetrics,
  signal: AbortSignal,
): Promise<RerankResponse> {
  const { generation, release } = host.lease(request.generation, 'rerank_unavailable');
  try {
    checkShortlist(request, generation.images.count, settings);
    const compared = await comparedQuery(request.query, generation, settings, metrics);
    signal.throwIfAborted();
    const scored: ScoredImage[] = [];
    let asked = performance.now();
    await generation.images.use(request.ids, signal, async (slice) => {
      metrics.stage('images', (performance.now() - asked) / 1000);
      scored.push(...(await scoreSlice(generation, request, slice, compared, { settings, metrics, signal })));
      metrics.pairs(slice.prepared.count);
      asked = performance.now();
    });
    return {
      generation: generation.id,
      backend: generation.matcher.backend,
      scores: scored.map((image, position) => ({
        id: request.ids[position] as number,
        score: image.imageToText + image.textToImage,
        ...image,
      })),
    };
  } finally {
    await release();
  }
}

function checkShortlist(request: RerankRequest, count: number, { limits }: RerankSettings): void {
  const { ids, evidenceIds = [] } = request;
  if (ids.length > limits.shortlist) {
    throw new AppError(
      'request_too_large',
      `${ids.length} images, at most ${limits.shortlist} are scored at once`,
    );
  }
  if (evidenceIds.length > limits.evidence) {
    throw new AppError(
      'request_too_large',
      `evidence for ${evidenceIds.length} images, at most for ${limits.evidence} at once`,
    );
  }
  const seen = new Set<number>();
  for (const id of ids) {
    if (seen.has(id)) throw new AppError('request_invalid', `ids: ${id} is there twice`);
    if (id >= count) {
      throw new AppError('request_invalid', `ids: there is no image ${id}, the generation has ${count}`, {
        hint: 'ids are image ordinals of the generation that the request names',
      });
    }
    seen.add(id);
  }
  const stray = evidenceIds.find((id) => !seen.has(id));
  if (stray !== undefined)
    throw new AppError('request_invalid', `evidenceIds: ${stray} is not among the ids`);
}
