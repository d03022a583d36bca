/** The checks of a deployment, from the pages' end to the index. */
import type { GenerationResponse, SearchResponse } from '../../shared/schema/index.ts';
import { type Check, checksOf } from './check.ts';
import type { Deployment } from './deployment.ts';
import { checkEdge } from './edge-checks.ts';
import { checkQdrant } from './qdrant-checks.ts';
import { checkRerank } from './rerank-checks.ts';

/**
 * Asks edge worker, reranker and Qdrant, and whether they belong together. Nothing is changed anywhere.
 *
 * @throws AppError `cancelled`
 */
export async function checkDeployment(
  deployment: Deployment,
  signal?: AbortSignal,
): Promise<readonly Check[]> {
  const { checks: rerank, generation } = await checkRerank(deployment, signal);
  const qdrant = await checkQdrant(deployment, generation, signal);
  // Last: a first search lets an isolate notice which generation is active.
  const { checks: edge, answer } = await checkEdge(deployment, signal);
  return [...edge, ...rerank, ...qdrant, agreementCheck(answer, generation)];
}

const { ok, failed, skipped } = checksOf('together');

/** Whether the search runs on the generation that the reranker serves. */
function agreementCheck(answer: SearchResponse | undefined, served: GenerationResponse | undefined): Check {
  if (answer === undefined || served === undefined) {
    return skipped('generation', `the ${answer === undefined ? 'search' : 'reranker'} did not tell which`);
  }
  if (answer.generation === served.generation) {
    return ok('generation', `the search and the reranker use ${served.generation}`);
  }
  return failed(
    'generation',
    `the search uses ${answer.generation}, and the reranker ${served.generation}`,
    'The edge calls another reranker (RERANK_URL), or a cache in front of it keeps old answers.',
  );
}
