import type { ErrorCode } from '../../../shared/errors/index.ts';
import { encodeBase64 } from '../../../shared/formats/base64.ts';
import type { RankRequest } from '../../../shared/schema/index.ts';
import type {
  RankRequest as AskedRanking,
  EncodedQuery,
  Ranker,
  SearchCall,
} from '../../../shared/search/ports.ts';
import type { RerankClient } from '../../clients/index.ts';
import { serviceError } from './service-error.ts';

/** Ranking by the rerank service within a number of milliseconds; evidence gets the time that ranking leaves. */
export function remoteRanker(
  client: Pick<RerankClient, 'rank'>,
  budgets: { readonly rerank: number; readonly exhaustive: number },
): Ranker {
  const unavailable: ErrorCode = 'rerank_unavailable';
  return {
    rank: async ({ query, candidates, offset, limit }, { signal, requestId, traceparent }: SearchCall) => {
      const exhaustive = candidates === 'all' || 'passing' in candidates;
      const body: RankRequest = {
        ...queryForm(query),
        generation: query.generation,
        candidates: candidateForm(candidates),
        ...captionForm(query),
        ...(query.grouped ? { collapse: true } : {}),
        offset,
        limit,
      };
      const timeoutMs = exhaustive ? budgets.exhaustive : budgets.rerank;
      return client.rank(body, { signal, requestId, traceparent, timeoutMs }).catch((thrown: unknown) => {
        throw serviceError(thrown, unavailable);
      });
    },
  };
}

/** Cosines that recall did not compute are null: the reranker does. */
function candidateForm(candidates: AskedRanking['candidates']): RankRequest['candidates'] {
  if (candidates === 'all') return candidates;
  return 'passing' in candidates
    ? candidates.passing.map((id) => [id, null])
    : candidates.map(({ id, coarse }) => [id, coarse]);
}

function captionForm({ captions }: EncodedQuery): Pick<RankRequest, 'captions'> {
  if (captions === undefined) return {};
  const { indices, values } = captions.terms;
  return { captions: { indices: [...indices], weights: [...values] } };
}

/** The encoded form, which the reranker need not compute again; the text if the reranker encoded the query. */
function queryForm({ combined, ...query }: EncodedQuery): Pick<RankRequest, 'query' | 'understand' | 'not'> {
  const { text, understand, not, coarse } = query;
  if (combined !== undefined) {
    // Texts among the sentences are read as the whole was; what is denied is in the common vector alone.
    const sentences = combined.sentences.map((one) => ({
      sentence: nodesForm(one.query) ?? one.query.text,
      share: one.share,
    }));
    return { query: { sentences, coarse: base64(coarse), length: combined.length }, understand };
  }
  const nodes = nodesForm(query);
  if (nodes !== undefined) return { query: { ...nodes, coarse: base64(coarse) } };
  return { query: text, understand, ...(not ? { not: [...not] } : {}) };
}

/** A sentence that was encoded here. */
function nodesForm({ caption, searched }: EncodedQuery) {
  if (caption === undefined) return undefined;
  const { words, dependencies } = caption;
  return {
    words: [...searched],
    nodes: base64(words),
    ...(dependencies === undefined
      ? {}
      : { dependencies: dependencies.map(([head, dependent]): [number, number] => [head, dependent]) }),
  };
}

/** Little-endian float32, the memory layout on every platform of Workers. */
function base64(values: Float32Array): string {
  return encodeBase64(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
