import type { z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors/index.ts';
import type { searchQuerySchema, searchRequestSchema } from '../../../shared/schema/index.ts';
import type { AskedSearch } from './read-page.ts';

/** The search that an address asks for. @throws AppError `request_invalid`. */
export function askedByAddress({
  q: sentences,
  weights,
  ...request
}: z.output<typeof searchQuerySchema>): AskedSearch {
  if (weights !== undefined && weights.length !== sentences.length) {
    throw new AppError(
      'request_invalid',
      `weights: ${weights.length} weights for ${sentences.length} sentences.`,
      { hint: 'Send a weight for each q, in their order: q=…&q=…&weights=2,1' },
    );
  }
  const [only = ''] = sentences;
  const weighted = sentences.map((q, at) => ({ q, weight: weights?.[at] ?? 1 }));
  return { ...request, q: sentences.length === 1 ? only : weighted };
}

/** The search that a body asks for. @throws AppError `query_empty`, `request_invalid`. */
export function askedByBody({ q, queries, ...request }: z.output<typeof searchRequestSchema>): AskedSearch {
  if (q !== undefined && queries !== undefined) {
    throw new AppError('request_invalid', 'q and queries: a search has one of them.', {
      hint: 'Send all sentences in queries.',
    });
  }
  const asked = q ?? (queries?.length === 1 ? queries[0]?.q : queries);
  if (asked === undefined) {
    throw new AppError('query_empty', 'The query is empty.', { hint: 'Send a sentence as {"q": "…"}' });
  }
  return { ...request, q: asked };
}
