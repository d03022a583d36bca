import { type EvidenceAnswer, RERANK_LIMITS, type SearchHit } from '../../../shared/schema/index.ts';
import type { CallOptions, RerankClient } from '../../clients/index.ts';
import { type Degradation, degradation } from './degradation.ts';

/** Of which query the evidence is, and how to ask for it. */
export interface EvidenceRequest {
  readonly rerank: Pick<RerankClient, 'rerank'>;
  readonly query: string;
  readonly generation: string;
  readonly call: CallOptions;
}

/** The hits of a page; those that GSMN compared with what matched what, unless that cannot be had. */
export async function withEvidence(
  hits: readonly SearchHit[],
  request: EvidenceRequest,
): Promise<{ readonly hits: SearchHit[]; readonly degraded?: Degradation }> {
  const ids = hits.filter(({ stage }) => stage === 'rerank').map(({ id }) => id);
  try {
    const evidence = await collectEvidence(ids, request);
    return {
      hits: hits.map((hit) => {
        const found = evidence.get(hit.id);
        return found ? { ...hit, evidence: found } : hit;
      }),
    };
  } catch (error) {
    return { hits: [...hits], degraded: degradation(error, 'evidence') };
  }
}

/**
 * What matched what, for the hits of one page. Asked for after the order is known, because the order depends on the
 * fused score, which the rerank service does not see.
 */
async function collectEvidence(
  ids: readonly number[],
  { rerank, query, generation, call }: EvidenceRequest,
): Promise<Map<number, EvidenceAnswer>> {
  const batches: number[][] = [];
  for (let start = 0; start < ids.length; start += RERANK_LIMITS.evidence) {
    batches.push(ids.slice(start, start + RERANK_LIMITS.evidence));
  }
  const answers = await Promise.all(
    batches.map((batch) => rerank.rerank({ query, generation, ids: batch, evidenceIds: batch }, call)),
  );
  return new Map(
    answers.flatMap(({ scores }) =>
      scores.flatMap(({ id, evidence }): [number, EvidenceAnswer][] => (evidence ? [[id, evidence]] : [])),
    ),
  );
}
