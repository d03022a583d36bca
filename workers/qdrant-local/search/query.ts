import { AppError } from '../../../shared/errors/index.ts';
import type { Collection } from '../collection/collection.ts';
import type { Filter } from '../schema/filter.ts';
import { compareIds } from '../schema/point-id.ts';
import type { Prefetch } from '../schema/query.ts';
import { keyOfThreshold, scoreOfKey } from '../vectors/distance.ts';
import { searchExact } from '../vectors/exact-search.ts';

export interface Scored {
  readonly slot: number;
  readonly score: number;
}

const DEFAULT_LIMIT = 10;

/** Runs a query, its prefetches first. The first `offset` points are left out. */
export function runQuery(collection: Collection, request: Prefetch, maxLimit: number, offset = 0): Scored[] {
  const limit = (request.limit ?? DEFAULT_LIMIT) + offset;
  if (limit > maxLimit) {
    throw new AppError(
      'request_too_large',
      `limit and offset request ${limit} points, the maximum is ${maxLimit}`,
      {
        hint: 'Request fewer points, or scroll.',
      },
    );
  }
  return answer(collection, request, limit, maxLimit).slice(offset);
}

function answer(collection: Collection, request: Prefetch, limit: number, maxLimit: number): Scored[] {
  const { query, prefetch } = request;
  const filter = request.filter ?? undefined;
  if (!query) {
    if (prefetch.length > 0) throw invalid('prefetch needs a query that combines the results');
    return inOrder(collection, filter, limit);
  }
  const sources = prefetch.map((inner) =>
    runQuery(collection, { ...inner, filter: both(filter, inner.filter) }, maxLimit),
  );
  if (query.kind === 'rrf') {
    if (sources.length === 0) throw invalid('fusion needs at least one prefetch');
    const least = request.score_threshold ?? Number.NEGATIVE_INFINITY;
    return fuse(collection, sources, query.k)
      .filter(({ score }) => score >= least)
      .slice(0, limit);
  }
  return nearest(collection, request, limit, prefetch.length > 0 ? sources : undefined);
}

function nearest(
  collection: Collection,
  request: Prefetch,
  limit: number,
  sources: Scored[][] | undefined,
): Scored[] {
  const { query, using, score_threshold: threshold } = request;
  const name = using ?? '';
  const set = collection.points.vectors.get(name);
  let excluded: number | undefined;
  let vector: Float32Array | undefined;
  if (query?.kind === 'vector') vector = query.vector;
  if (query?.kind === 'point') {
    excluded = collection.points.slotOf(query.id);
    if (excluded === undefined)
      throw new AppError('not_found', `Not found: No point with id ${query.id} found`);
    vector = set?.get(excluded);
    if (set !== undefined && vector === undefined)
      throw invalid(`point ${query.id} has no vector ${name} to compare with`);
  }
  const { distance } = collection.vectorParams(name, vector?.length ?? 0, 'the query');
  if (set === undefined || vector === undefined) return [];

  let slots = request.filter ? collection.points.select(request.filter) : undefined;
  if (sources !== undefined) {
    const prefetched = new Set(sources.flat().map(({ slot }) => slot));
    slots = slots ? slots.filter((slot) => prefetched.has(slot)) : Int32Array.from(prefetched);
  }
  if (excluded !== undefined) {
    slots = slots?.filter((slot) => slot !== excluded);
  }
  // Without a list of slots, the query point itself is found as well and removed below.
  const wanted = excluded === undefined ? limit : limit + 1;
  const { exact, hnsw_ef } = request.params ?? {};
  const found = searchExact(set, vector, {
    limit: wanted,
    slots: slots ?? (exact ? undefined : set.hnsw?.candidates(vector, wanted, hnsw_ef ?? undefined)),
    leastKey: threshold == null ? undefined : keyOfThreshold(distance, threshold),
    tie: tieBreak(collection),
  });
  return found
    .filter(({ slot }) => slot !== excluded)
    .slice(0, limit)
    .map(({ slot, key }) => ({ slot, score: scoreOfKey(distance, key) }));
}

/** Reciprocal rank fusion (Cormack et al., SIGIR 2009), ranks from 0. */
function fuse(collection: Collection, sources: readonly Scored[][], k: number): Scored[] {
  const scores = new Map<number, number>();
  for (const source of sources) {
    for (const [rank, { slot }] of source.entries())
      scores.set(slot, (scores.get(slot) ?? 0) + 1 / (k + rank));
  }
  const tie = tieBreak(collection);
  return [...scores]
    .map(([slot, score]) => ({ slot, score }))
    .sort((a, b) => b.score - a.score || tie(a.slot, b.slot));
}

/** Without a query: points by ascending id, all with the score 0. */
function inOrder(collection: Collection, filter: Filter | undefined, limit: number): Scored[] {
  const found: Scored[] = [];
  for (const id of collection.points.idsFrom(undefined)) {
    if (found.length === limit) break;
    const slot = collection.points.slotOf(id);
    if (slot !== undefined && (!filter || collection.points.matches(slot, filter)))
      found.push({ slot, score: 0 });
  }
  return found;
}

function both(outer: Filter | undefined, inner: Filter | null | undefined): Filter | undefined {
  if (!outer || !inner) return outer ?? inner ?? undefined;
  const parts = [outer, inner].map((filter) => ({ kind: 'filter', filter }) as const);
  return { must: parts, should: [], mustNot: [], minShould: undefined };
}

function tieBreak({ points }: Collection): (a: number, b: number) => number {
  return (a, b) => compareIds(points.at(a).id, points.at(b).id);
}

function invalid(message: string): AppError {
  return new AppError('request_invalid', message);
}
