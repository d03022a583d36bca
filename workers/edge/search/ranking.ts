import { fusedScore } from '../../../shared/retrieval/fusion.ts';
import { type Ranking, RERANK_LIMITS, type SearchHit } from '../../../shared/schema/index.ts';
import type { RecalledImage } from '../../clients/index.ts';

/** How many recalled images GSMN compares. */
export function shortlistOf(ranking: Ranking): number {
  return Math.min(ranking.shortlist, RERANK_LIMITS.shortlist);
}

/**
 * Puts recalled images in their final order: first those that GSMN scored, by the fused score; then the rest as they
 * were recalled, their stage `recall`. The shortlist never grows with the page, so an image keeps its place while
 * someone leafs through the pages.
 */
export function rankHits(
  recalled: readonly RecalledImage[],
  scores: ReadonlyMap<number, number>,
  { coarseWeight }: Ranking,
): SearchHit[] {
  const compared: SearchHit[] = [];
  const rest: SearchHit[] = [];
  for (const image of recalled) {
    const gsmn = scores.get(image.id);
    if (gsmn === undefined) rest.push(hit(image, image.score, 'recall'));
    else compared.push(hit(image, fusedScore(gsmn, image.score, coarseWeight), 'rerank'));
  }
  // Equal scores keep the coarse order: the sort is stable.
  compared.sort((a, b) => b.score - a.score);
  return [...compared, ...rest];
}

function hit({ id, payload }: RecalledImage, score: number, stage: SearchHit['stage']): SearchHit {
  const { name, url, width, height, captions, metadata } = payload;
  return {
    id,
    score,
    stage,
    image: { name, ...(url === undefined ? {} : { url }), width, height },
    captions,
    ...(metadata ? { metadata } : {}),
  };
}
