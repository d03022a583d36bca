import { vi } from 'vitest';
import { AppError, type ErrorCode } from '../../shared/errors/index.ts';
import type {
  Candidate,
  EncodedQuery,
  Fields,
  Payloads,
  QueryEncoder,
  RankedPage,
  Ranker,
  Recall,
  Vectors,
} from '../../shared/search/ports.ts';
import { search } from '../../shared/search/search-engine.ts';
import type { SearchParts, SearchRequest } from '../../shared/search/search-request.ts';

export const EVIDENCE = { words: [[0.5]], boxes: [] };
export const payloadOf = (id: number) => ({
  name: `${id}.png`,
  width: 4,
  height: 3,
  captions: [`caption ${id}`],
});

export function encoded({
  generation = 'g1',
  ...changes
}: Partial<Omit<EncodedQuery, 'generation'>> & {
  readonly generation?: string | undefined;
} = {}): EncodedQuery {
  return {
    text: 'a dog',
    generation,
    collection: 'images-g1',
    images: 10,
    ranking: { shortlist: 4, coarseWeight: 1 },
    grouped: false,
    understand: true,
    words: [{ text: 'dog', id: 4, known: true }],
    searched: ['dog'],
    coarse: Float32Array.of(0.6, 0.8),
    kept: false,
    ...changes,
  };
}

/** Images 0, 1, 2 … with a cosine that falls by a tenth each. */
export const recalled = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, id) => ({ id, coarse: 0.9 - id / 10 }));

export function listOf(candidates: Parameters<Ranker['rank']>[0]['candidates']): readonly Candidate[] {
  if (candidates === 'all') return recalled(10);
  return 'passing' in candidates
    ? recalled(10).filter(({ id }) => candidates.passing.includes(id))
    : candidates;
}

/** A ranker that ranks the last candidate first; of all images, the last of ten. */
export function rankedPage({ candidates, offset, limit }: Parameters<Ranker['rank']>[0]): RankedPage {
  const all = listOf(candidates).toReversed();
  return {
    active: 'g1',
    backend: 'fake',
    compared: all.length,
    total: all.length,
    images: all.slice(offset, offset + limit).map(({ id, coarse }) => ({
      id,
      coarse,
      gsmn: id,
      score: id + coarse,
      payload: payloadOf(id),
      evidence: EVIDENCE,
    })),
    evidence: 'complete',
    took: { match: 1, evidence: 2 },
  };
}

/** Parts that work; a test replaces those that it tests. */
export function engine({
  recall,
  ...changes
}: Partial<Omit<SearchParts, 'recall'>> & { readonly recall?: Partial<Recall> | undefined } = {}) {
  const encode = vi.fn<QueryEncoder['encode']>(async (query) => encoded(query));
  const nearest = vi.fn<Recall['nearest']>(async (_query, limit) => recalled(10).slice(0, limit));
  const byCaptions = vi.fn<Recall['byCaptions']>(async () => ({ found: [], scores: new Map() }));
  const rank = vi.fn<Ranker['rank']>(async (request) => rankedPage(request));
  const read = vi.fn<Payloads['read']>(async (_query, ids) => new Map(ids.map((id) => [id, payloadOf(id)])));
  const vectors = vi.fn<Vectors['read']>(async (_images, ids) =>
    ids.map((id) => Float32Array.of(1, id / 10)),
  );
  const count = vi.fn<Fields['count']>(async () => 3);
  const passing = vi.fn<Fields['passing']>(async () => [1, 4, 7]);
  const values = vi.fn<Fields['values']>(async (_query, ids) =>
    ids.map((id) => ({ tag: id < 2 ? ['a'] : ['a', 'b'] })),
  );
  const parts: SearchParts = {
    encoder: { encode },
    recall: { nearest, byCaptions, ...recall },
    ranker: { rank },
    payloads: { read },
    vectors: { read: vectors },
    fields: { count, passing, values },
    visible: 'public',
    degrade: true,
    ...changes,
  };
  const call = { requestId: 'r-1', signal: new AbortController().signal };
  const ask = (request: Partial<SearchRequest> = {}) =>
    search(
      { q: 'a dog', limit: 3, offset: 0, exhaustive: false, understand: true, collapse: true, ...request },
      parts,
      call,
    );
  return { encode, nearest, byCaptions, rank, read, vectors, count, passing, values, ask, call, parts };
}

export const failing = (code: ErrorCode) => async (): Promise<never> => {
  throw new AppError(code, `made to fail with ${code}`);
};
