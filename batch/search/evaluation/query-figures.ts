import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Match } from '../../../shared/schema/index.ts';
import type { IndexAnswer, IndexHit } from '../search-index.ts';
import type { JudgedQuery } from './query-file.ts';

/** Orders of the same candidates: by the coarse score, by the GSMN score, and by the fused score, as a search answers. */
export const STAGES = ['recall', 'rerank', 'fused'] as const;
export type RankedStage = (typeof STAGES)[number];

/** A query with what a search answered. */
export interface AnsweredQuery extends JudgedQuery {
  readonly match: Match | undefined;
  /** The compared images in each order. */
  readonly orders: Readonly<Record<RankedStage, readonly IndexHit[]>>;
}

/** Sorts an answer's hits by each stage. Equal scores keep recall's order. */
export function answered(query: JudgedQuery, { match, hits }: IndexAnswer): AnsweredQuery {
  const recall = hits.toSorted((a, b) => b.coarse - a.coarse || a.id - b.id);
  const gsmn = (hit: IndexHit): number => hit.gsmn ?? Number.NEGATIVE_INFINITY;
  const rerank = recall.toSorted((a, b) => gsmn(b) - gsmn(a));
  return { ...query, match, orders: { recall, rerank, fused: hits } };
}

/** A mean with its 95 % confidence interval, by resampling queries. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Figures of queries that have an answer, as shares of 1. */
export interface StageFigures {
  /** Queries with a relevant image among the first 1, 5 and 10. */
  readonly hit1: Estimate;
  readonly hit5: Estimate;
  readonly hit10: Estimate;
  /** Of the first ten images, or of as many as are relevant: how many are. */
  readonly precision10: Estimate;
  /** 1 / rank of the first relevant image; 0 if it was not compared. */
  readonly reciprocalRank: Estimate;
}

export interface KindFigures {
  readonly kind: string;
  readonly queries: number;
  /** Of queries with relevant images; undefined if the kind has no such query. */
  readonly stages: Readonly<Record<RankedStage, StageFigures>> | undefined;
  /** Queries whose match is called weak or none, as a share of 1; undefined without a calibration. */
  readonly doubted: Estimate | undefined;
  /** Of these, called none. */
  readonly none: Estimate | undefined;
}

/** The figures of each kind, in the order of their first queries. */
export function figuresByKind(queries: readonly AnsweredQuery[]): KindFigures[] {
  return [...Map.groupBy(queries, ({ kind }) => kind)].map(([kind, own]) => kindFigures(kind, own));
}

function kindFigures(kind: string, queries: readonly AnsweredQuery[]): KindFigures {
  const answerable = queries.filter(({ relevant }) => relevant.size > 0);
  const matches = queries.flatMap(({ match }) => (match === undefined ? [] : [match]));
  const share = (isCounted: (match: Match) => boolean): Estimate | undefined =>
    matches.length === 0 ? undefined : estimate(matches.map((match) => (isCounted(match) ? 1 : 0)));
  return {
    kind,
    queries: queries.length,
    stages:
      answerable.length === 0
        ? undefined
        : {
            recall: stageFigures(answerable, 'recall'),
            rerank: stageFigures(answerable, 'rerank'),
            fused: stageFigures(answerable, 'fused'),
          },
    doubted: share((match) => match !== 'good'),
    none: share((match) => match === 'none'),
  };
}

function stageFigures(queries: readonly AnsweredQuery[], stage: RankedStage): StageFigures {
  const hitWithin = (count: number): Estimate =>
    estimate(queries.map((query) => (rankOf(query, stage) <= count ? 1 : 0)));
  return {
    hit1: hitWithin(1),
    hit5: hitWithin(5),
    hit10: hitWithin(10),
    precision10: estimate(
      queries.map(({ orders, relevant }) => {
        const found = orders[stage].slice(0, 10).filter(({ id }) => relevant.has(id)).length;
        return found / Math.min(10, relevant.size);
      }),
    ),
    reciprocalRank: estimate(queries.map((query) => 1 / rankOf(query, stage))),
  };
}

/** Rank of the first relevant image, counted from one; infinite if none was compared. */
export function rankOf({ orders, relevant }: AnsweredQuery, stage: RankedStage): number {
  const place = orders[stage].findIndex(({ id }) => relevant.has(id));
  return place < 0 ? Number.POSITIVE_INFINITY : place + 1;
}

const RESAMPLES = 1000;
const SEED = 1;

/** Bootstrap: the middle 95 % of the means of as many values, drawn with replacement. */
export function estimate(values: readonly number[]): Estimate {
  const random = xoroshiro128plus(SEED);
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const means = Float64Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[uniformInt(random, 0, values.length - 1)] as number)),
  ).sort();
  const at = (share: number): number => means[Math.round(share * (RESAMPLES - 1))] as number;
  return { mean: mean(values), low: at(0.025), high: at(0.975) };
}
