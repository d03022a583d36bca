import type { EncodeResponse } from '../../../shared/schema/index.ts';
import type { SearchGeneration } from '../../../shared/search/search-generation.ts';

/** Handles `POST /v1/encode`: a query as the vector database and the reranker need it. */
export async function encodeQuery(
  text: string,
  { queries, hasQueryModel }: SearchGeneration,
): Promise<EncodeResponse> {
  const { generation, collection, images, ranking, coarse, words } = await queries.encode(text);
  return {
    generation,
    collection,
    images,
    ranking,
    coarse: [...coarse],
    words: [...words],
    ...(hasQueryModel ? {} : { queryModel: false }),
  };
}
