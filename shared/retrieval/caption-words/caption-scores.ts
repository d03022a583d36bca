import { yieldToEventLoop } from '../../model/long-work.ts';
import type { SparseVector } from '../../model/sparse-vector.ts';
import { BestScores } from '../best-scores.ts';

/** Weights of the terms of consecutive images: those of the image at `i` are at `offsets[i]` to `offsets[i + 1]`. */
export interface CaptionTermRows {
  readonly offsets: Float64Array;
  readonly indices: Float64Array;
  readonly weights: Float32Array;
}

/** The terms of images by ordinal, read by ranges. */
export interface CaptionTermReader {
  readonly count: number;
  /** Of the images `[from, to)`. */
  read(from: number, to: number): Promise<CaptionTermRows>;
}

/** Finds how well captions fit a query: the sum of the query's weights times the captions' ones, 0 if they share no term. */
export class CaptionScorer {
  readonly #weights: ReadonlyMap<number, number>;

  constructor({ indices, values }: SparseVector) {
    this.#weights = new Map(Array.from(indices, (index, at) => [index, values[at] as number]));
  }

  /** The scores of consecutive images. */
  scores({ offsets, indices, weights }: CaptionTermRows): Float64Array {
    const scores = new Float64Array(offsets.length - 1);
    for (let image = 0; image < scores.length; image++) {
      let score = 0;
      for (let at = offsets[image] as number; at < (offsets[image + 1] as number); at++) {
        const weight = this.#weights.get(indices[at] as number);
        if (weight !== undefined) score += weight * (weights[at] as number);
      }
      scores[image] = score;
    }
    return scores;
  }
}

/** Images whose terms are read at once. */
const SLICE = 8192;
/** Single images that are read at once. */
const READS = 64;

/** The scores of some images, in the order of `ids`. */
export async function captionScores(
  terms: CaptionTermReader,
  query: SparseVector,
  ids: readonly number[],
): Promise<Float64Array> {
  const scorer = new CaptionScorer(query);
  const scores = new Float64Array(ids.length);
  for (let from = 0; from < ids.length; from += READS) {
    const some = ids.slice(from, from + READS).map(async (id, at) => {
      scores[from + at] = scorer.scores(await terms.read(id, id + 1))[0] as number;
    });
    await Promise.all(some);
  }
  return scores;
}

/** The ordinals of the images whose captions fit a query best, equal ones by ordinal, and the scores of all that share a term with it. */
export async function bestCaptions(
  terms: CaptionTermReader,
  query: SparseVector,
  {
    limit,
    among,
    signal,
  }: {
    readonly limit: number;
    /** Only these ordinals; all by default. */
    readonly among?: readonly number[] | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ readonly best: readonly number[]; readonly scores: ReadonlyMap<number, number> }> {
  const scorer = new CaptionScorer(query);
  const allowed = among && new Set(among);
  const best = new BestScores(limit);
  const found = new Map<number, number>();
  for (let from = 0; from < terms.count; from += SLICE) {
    if (from > 0) await yieldToEventLoop();
    signal?.throwIfAborted();
    const scores = scorer.scores(await terms.read(from, Math.min(terms.count, from + SLICE)));
    for (const [at, score] of scores.entries()) {
      if (score <= 0 || allowed?.has(from + at) === false) continue;
      found.set(from + at, score);
      best.offer(from + at, score);
    }
  }
  return { best: best.ranked().map(({ id }) => id), scores: found };
}
