import { quantile } from '../statistics.ts';
import type { DirectRanking } from './direct-ranking.ts';

/** Milliseconds of GSMN for one shortlist. */
export interface PairByPair {
  readonly batchedP50: number;
  readonly pairsP50: number;
  /** How many times faster one call is. */
  readonly ratio: number;
}

/** Times one call for a whole shortlist and, in turn, a call for each of its images; both must give the same scores. */
export async function pairByPair(direct: DirectRanking, queries: readonly string[]): Promise<PairByPair> {
  const batched: number[] = [];
  const pairs: number[] = [];
  for (const [round, query] of queries.entries()) {
    const { caption, ids } = await direct.shortlist(query);
    const began = performance.now();
    const { imageToText, textToImage } = await direct.score(caption, ids);
    const middle = performance.now();
    const alone: number[] = [];
    for (const id of ids) {
      const one = await direct.score(caption, [id]);
      alone.push((one.imageToText[0] as number) + (one.textToImage[0] as number));
    }
    const ended = performance.now();
    for (const [at, score] of alone.entries()) {
      const together = (imageToText[at] as number) + (textToImage[at] as number);
      if (!(Math.abs(score - together) < 1e-3)) {
        throw new Error(`"${query}", image ${ids[at]}: ${together} in one call, ${score} separately`);
      }
    }
    // The first one warms up.
    if (round === 0) continue;
    batched.push(middle - began);
    pairs.push(ended - middle);
  }
  const [batchedP50, pairsP50] = [quantile(batched, 0.5), quantile(pairs, 0.5)];
  return { batchedP50, pairsP50, ratio: pairsP50 / batchedP50 };
}
