import type { CaptionGraph, ImageGraph, Matcher } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';

/** A shortlist as a search has it, and how many of them a busy service compares at once. */
const [IMAGES, REGIONS, WORDS, AT_ONCE] = [100, 36, 14, 16];

/** Rounds of which the median counts, after one that compiles and fills caches. */
const ROUNDS = 5;

/** A card is taken for many shortlists if a single one does not wait more than this many times as long for it. */
const MOST_SLOWER_ALONE = 2;

/** How long a matcher takes, in milliseconds. */
export interface MatcherFigures {
  readonly backend: string;
  /** One shortlist of 100 images of 36 regions with a caption of 14 words. */
  readonly oneMs: number;
  /** 16 of them at once, each with a caption of its own. */
  readonly manyMs: number;
}

export interface MatcherComparison {
  readonly backend: string;
  readonly figures: readonly [MatcherFigures, MatcherFigures];
}

/**
 * Measures two matchers of a network by turns on made-up shortlists, and says which one should serve: the one that
 * compares 16 shortlists faster, the first if the second is much slower with one alone.
 * @param clock milliseconds
 */
export async function fastestMatcher(
  first: Matcher,
  second: Matcher,
  { jointSize }: Pick<ModelConfig, 'jointSize'>,
  clock: () => number = () => performance.now(),
): Promise<MatcherComparison> {
  const images = Array.from(
    { length: IMAGES },
    (_, image): ImageGraph => ({
      nodes: nodes(REGIONS, jointSize, image),
      boxes: Float32Array.from({ length: 4 * REGIONS }, (__, at) => ((at * 7 + image) % 23) / 23),
    }),
  );
  const indices = images.map((_, index) => index);
  const lists = Array.from({ length: AT_ONCE }, (_, list): { caption: CaptionGraph; indices: number[] } => ({
    caption: { words: nodes(WORDS, jointSize, IMAGES + list) },
    indices,
  }));
  const sides = [];
  try {
    for (const matcher of [first, second]) {
      sides.push({
        matcher,
        prepared: await matcher.prepareImages(images),
        one: [] as number[],
        many: [] as number[],
      });
    }
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { matcher, prepared, one, many } of sides) {
        const began = clock();
        await matcher.scoreLists(prepared, lists.slice(0, 1));
        const between = clock();
        await matcher.scoreLists(prepared, lists);
        if (round === 0) continue;
        one.push(between - began);
        many.push(clock() - between);
      }
    }
  } finally {
    for (const { prepared } of sides) prepared.dispose();
  }
  const figures = sides.map(
    ({ matcher, one, many }): MatcherFigures => ({
      backend: matcher.backend,
      oneMs: median(one),
      manyMs: median(many),
    }),
  ) as [MatcherFigures, MatcherFigures];
  const [a, b] = figures;
  const wins = b.manyMs < a.manyMs && b.oneMs <= MOST_SLOWER_ALONE * a.oneMs;
  return { backend: wins ? b.backend : a.backend, figures };
}

/** `[count, D]`, rows of about length 1; the same for the same seed. */
function nodes(count: number, jointSize: number, seed: number): Float32Array {
  const scale = Math.sqrt(3 / jointSize);
  let state = seed + 1;
  return Float32Array.from({ length: count * jointSize }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return scale * (state / 2 ** 31 - 1);
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
