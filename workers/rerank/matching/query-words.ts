import { AppError } from '../../../shared/errors/index.ts';
import { type EncodedQuery, encodeQuery, type Vocabulary } from '../../../shared/text/index.ts';
import type { RerankSettings } from '../settings.ts';

/**
 * The words of a query, within the limits.
 *
 * @throws AppError `query_too_long`, `query_empty`.
 */
export function queryWords(
  query: string,
  vocabulary: Vocabulary,
  { limits, queryWords: most }: Pick<RerankSettings, 'limits' | 'queryWords'>,
): EncodedQuery {
  if (query.length > limits.queryCharacters) {
    throw new AppError(
      'query_too_long',
      `the query has ${query.length} characters, at most ${limits.queryCharacters} are read`,
    );
  }
  const encoded = encodeQuery(query, vocabulary);
  if (encoded.words.length === 0) {
    throw new AppError('query_empty', 'the query has no words', { hint: 'describe what the picture shows' });
  }
  if (encoded.words.length > most) {
    throw new AppError(
      'query_too_long',
      `the query has ${encoded.words.length} words, at most ${most} are read`,
    );
  }
  return encoded;
}
