import type { RankedImage } from './direct-ranking.ts';
import type { Asked } from './drive.ts';
import type { Query } from './queries.ts';

/** Scores that come from float16 nodes and other batches of the same kernels differ in the last digits. */
const TOLERANCE = 1e-3;

/**
 * Compares an answer with the ranking that the engines give without any service: the same scores, and the same images
 * in the same places as far as scores tell them apart.
 */
export function assertAnswer(query: string, { answer }: Asked, expected: readonly RankedImage[]): void {
  if (answer.stage !== 'rerank' || answer.degraded !== undefined) {
    throw new Error(`"${query}" was not answered in full: ${answer.degraded?.message ?? answer.stage}`);
  }
  const scores = new Map(expected.map(({ id, score }) => [id, score]));
  for (const [place, { id, score }] of answer.hits.entries()) {
    const own = scores.get(id);
    const there = expected[place];
    const wrong =
      own === undefined || there === undefined || !close(score, own) || !close(score, there.score);
    if (wrong) {
      throw new Error(
        `"${query}", place ${place}: image ${id} with ${score}, expected ${there?.id} with ${there?.score} (it: ${own})`,
      );
    }
  }
}

function close(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}

/** The share of searches whose right image is among the first `k`. */
function recallAt(k: number, asked: readonly Asked[], images: ReadonlyMap<string, number>): number {
  const found = asked.filter(({ answer }) =>
    answer.hits.slice(0, k).some(({ id }) => id === images.get(answer.query)),
  );
  return found.length / asked.length;
}

export interface Recalls {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
}

/** How often the right image was found; a search that finds no more than chance is broken, however fast. */
export function recalls(asked: readonly Asked[], queries: readonly Query[], images: number): Recalls {
  const right = new Map(queries.map(({ text, image }) => [text, image]));
  const at = (k: number) => recallAt(k, asked, right);
  const found = { r1: at(1), r5: at(5), r10: at(10) };
  const chance = 10 / images;
  if (found.r10 < Math.min(1, 5 * chance)) {
    throw new Error(
      `the right image was among the first 10 for ${found.r10} of the queries, by chance ${chance}`,
    );
  }
  return found;
}
