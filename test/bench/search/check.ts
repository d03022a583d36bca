import { z } from 'zod';
import { searchResponseSchema } from '../../../shared/schema/index.ts';
import type { DirectRanking, RankedImage } from './direct-ranking.ts';
import type { Asked, LoadClient } from './drive.ts';
import type { Query } from './queries.ts';

/** Scores from float16 nodes and other batches of the same kernels differ in the last digits. */
const TOLERANCE = 1e-3;

/** The fields that answers of this checkout and of an older one have in common. */
const answerSchema = z.object({
  stage: z.string(),
  degraded: z.object({ message: z.string() }).optional(),
  hits: z.array(z.object({ id: z.number(), score: z.number() })).min(1),
});

/**
 * Compares answers with the rankings of the engines without any service: the same scores, and the same images at the
 * same positions as far as scores distinguish them.
 *
 * @param ownApi whether answers have this checkout's schema
 * @throws if one differs, or is degraded.
 */
export async function checkAnswers(
  client: LoadClient,
  queries: readonly Query[],
  direct: DirectRanking,
  { limit, ownApi }: { readonly limit: number; readonly ownApi: boolean },
): Promise<void> {
  const most = Math.min(limit, direct.manifest.ranking.shortlist);
  for (const { text } of queries) {
    const body = await client.ask(text, most);
    if (ownApi) searchResponseSchema.parse(body);
    assertAnswer(text, answerSchema.parse(body), await direct.rank(text));
  }
}

function assertAnswer(
  query: string,
  { stage, degraded, hits }: z.infer<typeof answerSchema>,
  expected: readonly RankedImage[],
): void {
  if (stage !== 'rerank' || degraded !== undefined)
    throw new Error(`"${query}" has a degraded answer: ${degraded?.message ?? stage}`);
  const scores = new Map(expected.map(({ id, score }) => [id, score]));
  for (const [place, { id, score }] of hits.entries()) {
    const own = scores.get(id);
    const there = expected[place];
    const wrong =
      own === undefined || there === undefined || !close(score, own) || !close(score, there.score);
    if (wrong) {
      throw new Error(
        `"${query}", position ${place}: image ${id} with ${score}, expected ${there?.id} with ${there?.score} (it: ${own})`,
      );
    }
  }
}

function close(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}

/** The share of searches whose right image is among the first `k`. */
function recallAt(k: number, asked: readonly Asked[], images: ReadonlyMap<string, number>): number {
  const found = asked.filter(({ query, ids }) => ids.slice(0, k).some((id) => id === images.get(query)));
  return found.length / asked.length;
}

export interface Recalls {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
}

/** How often the right image was found; a search that is no better than chance is broken, however fast. */
export function recalls(asked: readonly Asked[], queries: readonly Query[], images: number): Recalls {
  const right = new Map(queries.map(({ text, image }) => [text, image]));
  const at = (k: number) => recallAt(k, asked, right);
  const found = { r1: at(1), r5: at(5), r10: at(10) };
  const chance = 10 / images;
  if (found.r10 < Math.min(1, 5 * chance)) {
    throw new Error(
      `the right image was among the first 10 for ${found.r10} of the queries, and by chance for ${chance}`,
    );
  }
  return found;
}
