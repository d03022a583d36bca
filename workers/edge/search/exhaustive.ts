import { AppError, toAppError } from '../../../shared/errors/index.ts';
import {
  type EncodeResponse,
  imagePayloadSchema,
  type RankAllResponse,
} from '../../../shared/schema/index.ts';
import type { CallOptions, RecalledImage } from '../../clients/index.ts';
import { serviceError } from './degradation.ts';
import { rankHits } from './ranking.ts';
import type { RankedPage, SearchCall, SearchParts, SearchRequest } from './search.ts';

/**
 * The page by GSMN on every image. The reranker ranks, by the weight that its generation carries; Qdrant has the payloads of
 * the page alone.
 */
export async function rankExhaustively(
  { q, limit, offset }: SearchRequest,
  { generation, collection, ranking }: EncodeResponse,
  { rerank, qdrant, budgets }: SearchParts,
  { time, signal, requestId }: SearchCall,
): Promise<RankedPage> {
  const options = (timeoutMs: number): CallOptions => ({ signal, requestId, timeoutMs });
  const answer = await time('exhaustive', () =>
    rerank
      .rankAll({ query: q, generation, limit: offset + limit }, options(budgets.exhaustive))
      .catch((error) => {
        throw serviceError(error, 'rerank_unavailable');
      }),
  );
  const page = answer.images.slice(offset);
  const points = await time('recall', () =>
    qdrant
      .retrieve(
        collection,
        page.map(({ id }) => id),
        options(budgets.recall),
      )
      .catch((error) => {
        const known = toAppError(error);
        throw known.code === 'not_found' ? known : serviceError(known, 'recall_unavailable');
      }),
  );
  const images = withPayloads(page, new Map(points.map(({ id, payload }) => [id, payload])), collection);
  // The same sum and the same order as of a shortlist; equal scores keep the reranker's order.
  return { hits: rankHits(images, new Map(page.map(({ id, score }) => [id, score])), ranking) };
}

function withPayloads(
  page: RankAllResponse['images'],
  payloads: ReadonlyMap<number, unknown>,
  collection: string,
): RecalledImage[] {
  return page.map(({ id, coarse }) => {
    // A collection that is being deleted loses its points before its name.
    if (!payloads.has(id)) throw new AppError('not_found', `collection ${collection} has no point ${id}`);
    const payload = imagePayloadSchema.safeParse(payloads.get(id));
    if (payload.success) return { id, score: coarse, payload: payload.data };
    throw new AppError('recall_unavailable', `collection ${collection}: point ${id} has no image's payload`, {
      hint: 'Was the collection written by `gsmn index build`?',
      cause: payload.error,
    });
  });
}
