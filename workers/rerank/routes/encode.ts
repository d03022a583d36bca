import type { EncodeResponse } from '../../../shared/schema/index.ts';
import type { AskedQuery } from '../../../shared/search/ports.ts';
import type { SearchGeneration } from '../../../shared/search/search-generation.ts';

/** Handles `POST /v1/encode`: a query as the vector database and the reranker need it. */
export async function encodeQuery(
  query: AskedQuery,
  { queries, hasQueryModel }: SearchGeneration,
): Promise<EncodeResponse> {
  const {
    caption: _caption,
    kept: _kept,
    text: _text,
    understand: _understand,
    not: _not,
    ...encoded
  } = await queries.encode(query);
  const { coarse, words, searched, without } = encoded;
  return {
    ...encoded,
    coarse: [...coarse],
    words: [...words],
    searched: [...searched],
    without: without && [...without],
    ...(hasQueryModel ? {} : { queryModel: false }),
  };
}
