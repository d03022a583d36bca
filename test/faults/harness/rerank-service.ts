import { z } from 'zod';
import { environmentOf } from './process-tree.ts';
import type { Product } from './product.ts';

/** What the reranker of a running product has counted so far. */
export interface RerankCounts {
  /** Pairs of image and query that were compared. */
  readonly pairs: number;
  readonly running: number;
  readonly waiting: number;
}

const environmentSchema = z.object({ RERANK_URL: z.url(), RERANK_TOKEN: z.string() });

/**
 * Reads the metrics of the reranker, whose address and token exist only in the product's processes: workerd has them
 * in its environment.
 */
export async function rerankCounts(product: Product): Promise<RerankCounts> {
  const workerd = product.workerd();
  if (workerd === undefined) throw new Error('no workerd runs');
  const { RERANK_URL, RERANK_TOKEN } = environmentSchema.parse(
    Object.fromEntries(environmentOf(workerd.pid)),
  );
  const answer = await fetch(`${RERANK_URL}/metrics`, {
    headers: { authorization: `Bearer ${RERANK_TOKEN}` },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the reranker's metrics answered ${answer.status}: ${text}`);
  /** The sum over all labels that are not given. */
  const read = (name: string, label = ''): number => {
    const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(label));
    if (lines.length === 0) throw new Error(`the reranker has no metric ${name} ${label}`);
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  return {
    pairs: read('gsmn_rerank_pairs_total'),
    running: read('gsmn_rerank_requests_held', 'state="running"'),
    waiting: read('gsmn_rerank_requests_held', 'state="waiting"'),
  };
}
