import { curveAt } from '../../../shared/retrieval/relevance.ts';
import type { RelevanceCurve } from '../../../shared/schema/index.ts';
import { fitLogistic, type LogisticSample } from './logistic-regression.ts';

/** The first images of an answer to a query, and which of them fit. */
export interface AnsweredQuery {
  /** Queries of each kind count as much as those of any other. */
  readonly kind: string;
  readonly isAnswerable: boolean;
  readonly unknownShare: number;
  /** Best first. */
  readonly hits: readonly { readonly score: number; readonly fits: boolean }[];
  /** The best score among a part of the images that holds one that fits, the mean over such parts; undefined if none fits. */
  readonly bestOfPart?: number | undefined;
}

/** A part has a quarter of the images. */
export const PARTS = 4;

/** Of the queries with an answer, the share whose match is called weak or none, and none. */
export const FALSE_ALARMS = { weak: 0.05, none: 0.01 } as const;

/** Queries of a kind whose own share of false alarms counts. */
const FEWEST_OF_A_KIND = 30;

/**
 * Fits a curve: the probability that a hit fits, if as many queries have no answer as have one; and below which probability of the best
 * hit a match is weak or none: where it tells queries with and without an answer apart best, but so that at most `FALSE_ALARMS` of the
 * queries of each kind with an answer are below.
 */
export function fitCurve(queries: readonly AnsweredQuery[]): RelevanceCurve {
  const weightOf = kindWeights(queries);
  const samples = queries.flatMap((query) =>
    query.hits.map(({ score, fits }) => ({
      features: [score, query.unknownShare, query.unknownShare > 0 ? 1 : 0],
      isTrue: fits,
      weight: weightOf(query) / query.hits.length,
    })),
  );
  const [intercept, [score, unknownShare, anyUnknown]] = fitRising(samples);
  const curve = { intercept, score, unknownShare, anyUnknown };
  const kinds = answerableKinds(queries);
  const best = ({ hits, unknownShare: unknown }: AnsweredQuery): number =>
    curveAt(curve, hits[0]?.score ?? 0, unknown);
  const judged = queries.map((query) => ({
    best: best(query),
    gain: query.isAnswerable ? -weightOf(query) : weightOf(query),
  }));
  const threshold = (share: number): number =>
    // Whatever the kind, no more than this share is called so.
    bestThreshold(judged, Math.min(...kinds.map((own) => quantile(own.map(best), share))));
  const growth = Math.max(0, Math.min(...kinds.map(growthOf)));
  return { ...curve, growth, weak: threshold(FALSE_ALARMS.weak), none: threshold(FALSE_ALARMS.none) };
}

/** The queries with an answer by kind, without kinds of too few; all together if each has too few. */
function answerableKinds(queries: readonly AnsweredQuery[]): (readonly AnsweredQuery[])[] {
  const answerable = queries.filter(({ isAnswerable }) => isAnswerable);
  const kinds = [...Map.groupBy(answerable, ({ kind }) => kind).values()];
  const large = kinds.filter((own) => own.length >= FEWEST_OF_A_KIND);
  return large.length > 0 ? large : [answerable];
}

/** The share of queries with the lowest best scores, to which the thresholds matter. */
const LOWEST = 0.25;

/**
 * How much the best score of these queries rises with the logarithm of the number of images. The lowest ones count: scores of what many
 * images show rise less, and they must not be doubted in a large index.
 */
function growthOf(queries: readonly AnsweredQuery[]): number {
  const lowest = (scores: readonly number[]): number => {
    const some = scores.toSorted((a, b) => a - b).slice(0, Math.ceil(LOWEST * scores.length));
    return some.reduce((sum, score) => sum + score, 0) / some.length;
  };
  const all = lowest(queries.map(({ hits }) => hits[0]?.score ?? 0));
  const part = lowest(queries.map(({ hits, bestOfPart }) => bestOfPart ?? hits[0]?.score ?? 0));
  return (all - part) / Math.log(PARTS);
}

type Coefficients = readonly [score: number, unknownShare: number, anyUnknown: number];

/** With a score that counts against an image, relevance would have another order than the hits: then it does not count. */
function fitRising(samples: readonly LogisticSample[]): readonly [number, Coefficients] {
  const { intercept, coefficients } = fitLogistic(samples);
  if ((coefficients[0] as number) >= 0) return [intercept, coefficients as unknown as Coefficients];
  const without = fitLogistic(samples.map((one) => ({ ...one, features: one.features.slice(1) })));
  return [without.intercept, [0, ...without.coefficients] as unknown as Coefficients];
}

/** The kinds with an answer count half, those without the other half; queries of a kind share its part. */
function kindWeights(queries: readonly AnsweredQuery[]): (query: AnsweredQuery) => number {
  const counts = Map.groupBy(queries, ({ kind }) => kind);
  const kinds = (isAnswerable: boolean): number =>
    new Set(queries.filter((query) => query.isAnswerable === isAnswerable).map(({ kind }) => kind)).size;
  const [withAnswer, without] = [kinds(true), kinds(false)];
  return ({ kind, isAnswerable }) =>
    0.5 / (isAnswerable ? withAnswer : without) / (counts.get(kind)?.length ?? 1);
}

/**
 * The threshold, up to a highest one, below which most of the queries without an answer are, less those with one. Where it can lie
 * between two queries, it lies in their middle (of log odds): so thresholds that are far from all queries with an answer stay there.
 */
function bestThreshold(
  queries: readonly { readonly best: number; readonly gain: number }[],
  highest: number,
): number {
  const sorted = queries.filter(({ best }) => best < highest).sort((a, b) => a.best - b.best);
  let [gained, most, chosen] = [0, 0, 0];
  for (const [at, { best, gain }] of sorted.entries()) {
    gained += gain;
    if (gained <= most) continue;
    most = gained;
    chosen = middle(best, sorted[at + 1]?.best ?? highest);
  }
  return chosen;
}

function middle(a: number, b: number): number {
  const [one, other] = [a, b].map((p) => Math.min(Math.max(p, 1e-9), 1 - 1e-9)) as [number, number];
  const odds = Math.sqrt((one / (1 - one)) * (other / (1 - other)));
  return odds / (1 + odds);
}

/** The largest of some values that at most a share of them is below. */
function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? 0;
}
