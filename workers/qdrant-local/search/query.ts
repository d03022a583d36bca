import { AppError } from '../../../shared/errors/index.ts';
import type { SparseVector } from '../../../shared/model/sparse-vector.ts';
import type { Collection } from '../collection/collection.ts';
import type { Slices } from '../scheduling/slices.ts';
import type { Filter } from '../schema/filter.ts';
import { compareIds } from '../schema/point-id.ts';
import type { Prefetch } from '../schema/query.ts';
import { type AnyVector, isSparse } from '../vectors/any-vector.ts';
import { type Distance, keyOfThreshold, scoreOfKey } from '../vectors/distance.ts';
import { searchExact } from '../vectors/exact-search.ts';
import { searchSparse } from './sparse-search.ts';

export interface Scored {
  readonly slot: number;
  readonly score: number;
}

const DEFAULT_LIMIT = 10;

type Paged = Prefetch & { readonly offset?: number | null | undefined };

/**
 * Checks the number of points that the queries of one request find together, with those that `offset` leaves out, and
 * of each prefetch. Throws `argument_invalid`.
 */
export function assertLimits(queries: readonly Paged[], maxLimit: number): void {
  const wanted = ({ limit, offset }: Paged) => (limit ?? DEFAULT_LIMIT) + (offset ?? 0);
  const most = (points: number) => {
    if (points <= maxLimit) return;
    throw new AppError(
      'argument_invalid',
      `limit: the request is for ${points} points with those that offset leaves out, the maximum is ${maxLimit}`,
      { hint: 'Request fewer points, or scroll.' },
    );
  };
  most(queries.reduce((sum, query) => sum + wanted(query), 0));
  for (const { prefetch } of queries) for (const inner of prefetch) assertLimits([inner], maxLimit);
}

/** Runs a query, its prefetches first. The first `offset` points are left out. */
export async function runQuery(collection: Collection, request: Paged, slices: Slices): Promise<Scored[]> {
  const offset = request.offset ?? 0;
  const limit = (request.limit ?? DEFAULT_LIMIT) + offset;
  const found = await answer(collection, request, limit, slices);
  return found.slice(offset);
}

async function answer(
  collection: Collection,
  request: Prefetch,
  limit: number,
  slices: Slices,
): Promise<Scored[]> {
  const { query, prefetch } = request;
  const filter = request.filter ?? undefined;
  if (!query) {
    if (prefetch.length > 0) throw invalid('prefetch needs a query that combines the results');
    return inOrder(collection, filter, limit, slices);
  }
  const sources: Scored[][] = [];
  for (const inner of prefetch)
    sources.push(await runQuery(collection, { ...inner, filter: both(filter, inner.filter) }, slices));
  if (query.kind === 'rrf') {
    if (sources.length === 0) throw invalid('fusion needs at least one prefetch');
    const least = request.score_threshold ?? Number.NEGATIVE_INFINITY;
    return fuse(collection, sources, query.k)
      .filter(({ score }) => score >= least)
      .slice(0, limit);
  }
  return nearest(collection, request, { limit, slices, sources: prefetch.length > 0 ? sources : undefined });
}

async function nearest(
  collection: Collection,
  request: Prefetch,
  {
    limit,
    slices,
    sources,
  }: { readonly limit: number; readonly slices: Slices; readonly sources: Scored[][] | undefined },
): Promise<Scored[]> {
  const { query, using, score_threshold: threshold } = request;
  const name = using ?? '';
  const { points, config } = collection;
  const set = points.vectors.get(name);
  let excluded: number | undefined;
  let vector: AnyVector | undefined;
  if (query?.kind === 'vector') vector = query.vector;
  if (query?.kind === 'point') {
    excluded = points.slotOf(query.id);
    if (excluded === undefined)
      throw new AppError('not_found', `Not found: No point with id ${query.id} found`);
    collection.assertKind(name, config.sparse.has(name), 'the query');
    vector = set?.get(excluded) ?? points.sparse.get(name)?.get(excluded);
    if (vector === undefined) throw invalid(`point ${query.id} has no vector ${name} to compare with`);
  }
  if (vector === undefined) return [];
  collection.assertKind(name, isSparse(vector), 'the query');

  let slots = request.filter ? await points.select(request.filter, slices) : undefined;
  if (sources !== undefined) {
    const prefetched = new Set(sources.flat().map(({ slot }) => slot));
    slots = slots ? slots.filter((slot) => prefetched.has(slot)) : Int32Array.from(prefetched);
  }
  if (excluded !== undefined) {
    slots = slots?.filter((slot) => slot !== excluded);
  }
  // Without a list of slots, the query point itself is found as well and removed below.
  const wanted = excluded === undefined ? limit : limit + 1;
  const found = isSparse(vector)
    ? await nearestSparse(vector)
    : await nearestDense(vector, collection.vectorParams(name, vector.length, 'the query').distance);
  return found.filter(({ slot }) => slot !== excluded).slice(0, limit);

  async function nearestSparse(target: SparseVector): Promise<Scored[]> {
    const sparse = points.sparse.get(name);
    if (sparse === undefined) return [];
    const least = threshold ?? undefined;
    return searchSparse(sparse, target, { limit: wanted, slots, least, tie: tieBreak(collection), slices });
  }

  async function nearestDense(target: Float32Array, distance: Distance): Promise<Scored[]> {
    if (set === undefined) return [];
    const { exact, hnsw_ef } = request.params ?? {};
    const nearby = await searchExact(set, target, {
      limit: wanted,
      slots: slots ?? (exact ? undefined : set.hnsw?.candidates(target, wanted, hnsw_ef ?? undefined)),
      leastKey: threshold == null ? undefined : keyOfThreshold(distance, threshold),
      tie: tieBreak(collection),
      slices,
    });
    return nearby.map(({ slot, key }) => ({ slot, score: scoreOfKey(distance, key) }));
  }
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
async function inOrder(
  { points }: Collection,
  filter: Filter | undefined,
  limit: number,
  slices: Slices,
): Promise<Scored[]> {
  const found: Scored[] = [];
  for await (const slot of points.inOrder(undefined, filter, slices)) {
    found.push({ slot, score: 0 });
    if (found.length === limit) break;
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
