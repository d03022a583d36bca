import { type EvidenceAnswer, RERANK_LIMITS } from '../../../shared/schema/index.ts';
import type { CallOptions, RerankClient } from '../../clients/index.ts';

/**
 * What matched what, for the hits of one page. Asked for after the order is known, because the order depends on the
 * fused score, which the rerank service does not see.
 */
export async function collectEvidence(
  rerank: RerankClient,
  request: { readonly query: string; readonly generation: string; readonly ids: readonly number[] },
  call: CallOptions,
): Promise<Map<number, EvidenceAnswer>> {
  const { query, generation, ids } = request;
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
