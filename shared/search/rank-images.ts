import { toAppError } from '../errors/index.ts';
import { countFacet } from '../filter/count-facets.ts';
import type { ScoredBy } from '../retrieval/relevance.ts';
import { RANK_LIMITS } from '../schema/index.ts';
import { isCaptionQuery, joinChannels } from './caption-search.ts';
import { collapseAlike } from './collapse-alike.ts';
import type { Among, Candidate, EncodedQuery, RankedImage, RankedPage, SearchCall } from './ports.ts';
import type { Degradation, FoundImage, SearchAnswer } from './search-answer.ts';
import type { SearchParts, SearchRequest, SearchStage } from './search-request.ts';

/** Images of a page in their order, before their payloads are looked up. */
export interface Ranking {
  readonly facets?: SearchAnswer['facets'];
  readonly page: readonly FoundImage[];
  readonly ranked?: RankedPage | undefined;
  readonly degraded?: Degradation | undefined;
  /** The stage and the score of the best image of all pages; undefined if there is none. */
  readonly best?: { readonly by: ScoredBy; readonly score: number } | undefined;
  /** Of the answer. */
  readonly total: SearchAnswer['total'];
  readonly more: boolean;
}

/** Runs a stage, which may be timed. */
export type Timed = <T>(stage: SearchStage, work: () => Promise<T>) => Promise<T>;

/** A search whose query is encoded. */
export interface Encoded {
  readonly query: EncodedQuery;
  readonly request: SearchRequest;
  readonly parts: SearchParts;
  readonly call: SearchCall;
  readonly timed: Timed;
  /** The images that pass the filter; undefined without one. */
  readonly among: Among | undefined;
  /** Gets recall's order before the shortlist is ranked. */
  readonly onRecalled?: ((ranking: Ranking) => void) | undefined;
}

/** Counts the values of the facets among some images. */
async function countFacets(
  { query, request: { facets }, parts: { fields }, call, timed }: Encoded,
  ids: () => readonly number[],
): Promise<SearchAnswer['facets']> {
  if (facets === undefined) return undefined;
  const values = await timed('facets', () => fields.values(query, ids(), facets, call));
  return Object.fromEntries(facets.map((name) => [name, countFacet(name, values)]));
}

/** Compares every image, or every one that passes the filter. */
export async function rankAll(searched: Encoded): Promise<Ranking> {
  const { query, parts, call, timed, among } = searched;
  const { limit, offset } = searched.request;
  const { ranker, fields } = parts;
  const passing = among && (await timed('filter', () => fields.passing(query, among.filter, call)));
  const facetsOf = () =>
    countFacets(searched, () => passing ?? Array.from({ length: query.images }, (_, id) => id));
  // A reranker has nothing to compare then.
  if (passing?.length === 0) return { page: [], facets: await facetsOf(), total: 0, more: false };
  const ranked = await timed('rank', () =>
    ranker.rank({ query, candidates: passing === undefined ? 'all' : { passing }, offset, limit }, call),
  );
  const degraded = evidenceDegradation(ranked);
  const { total } = ranked;
  return {
    page: ranked.images,
    ranked,
    degraded,
    best: bestRanked(ranked),
    facets: await facetsOf(),
    total,
    more: total === undefined ? ranked.images.length === limit : offset + limit < total,
  };
}

/** Compares the shortlist of recall; images behind it follow in recall's order. */
export async function rankShortlist(searched: Encoded): Promise<Ranking> {
  const { query, parts, call, timed, among } = searched;
  const { limit, offset } = searched.request;
  const { ranker, degrade } = parts;
  const length = shortlistLength(query);
  const end = offset + limit;
  const images = among?.images ?? query.images;
  const recalled =
    images === 0 && among !== undefined
      ? []
      : await timed('recall', () => recallImages(searched, { images, length, end }));
  const candidates = recalled.slice(0, length);
  const facets = await countFacets(searched, () => candidates.map(({ id }) => id));
  // In recall's order. The images behind the shortlist that look like one of it stand with that one.
  const inOrder = collapsed(recalled);
  const compared = collapsed(candidates).length;
  const pages = {
    total: compared,
    // In captions alone no more are found than a shortlist holds.
    more:
      inOrder.length > end ||
      (inOrder.length === end && recalled.length < images && query.captions?.alone !== true),
  };
  const [first] = recalled;
  const best = first && !first.captions ? { by: 'recall' as const, score: first.coarse } : undefined;
  // A page behind the shortlist, or an empty collection, leaves nothing to compare.
  if (offset >= compared) return { page: inOrder.slice(offset, end), facets, best, ...pages };
  searched.onRecalled?.({ page: inOrder.slice(offset, end), facets, best, ...pages });
  let ranked: RankedPage;
  try {
    ranked = await timed('rank', () => ranker.rank({ query, candidates, offset, limit }, call));
  } catch (thrown) {
    const degraded = degrade ? orderDegradation(thrown) : undefined;
    if (degraded === undefined) throw thrown;
    return { page: inOrder.slice(offset, end), degraded, facets, best, ...pages };
  }
  const behind = inOrder.slice(compared, end);
  return {
    page: [...withChannels(ranked.images, recalled), ...behind],
    ranked,
    degraded: evidenceDegradation(ranked),
    facets,
    best: bestRanked(ranked),
    ...pages,
  };
}

/** The most images that a shortlist holds. */
function shortlistLength({ ranking }: EncodedQuery): number {
  return Math.min(ranking.shortlist, RANK_LIMITS.shortlist);
}

/**
 * The images that recall finds, best first: the shortlist, and if captions do not stand alone, behind it the images with the next nearest
 * coarse vectors, as many as `end` needs. A longer list begins with a shorter one.
 */
async function recallImages(
  { query, parts: { recall }, call, among }: Encoded,
  { images, length, end }: { readonly images: number; readonly length: number; readonly end: number },
): Promise<readonly Candidate[]> {
  const nearest = (): Promise<readonly Candidate[]> =>
    recallDifferent({ ...query, images }, { least: length, different: end }, (wanted) =>
      recall.nearest(query, wanted, call, among),
    );
  if (!isCaptionQuery(query)) return nearest();
  const [pixels, captions] = await Promise.all([
    query.captions.alone ? [] : nearest(),
    recall.byCaptions(query, length, call, among),
  ]);
  return joinChannels(query, { pixels, ...captions }, length);
}

/** Ranked images, and those that they stand for, with the channels through which recall found them. */
function withChannels(
  ranked: readonly RankedImage[],
  recalled: readonly Candidate[],
): readonly RankedImage[] {
  const channels = new Map(recalled.map((candidate) => [candidate.id, candidate.channels]));
  const told = <Image extends RankedImage>(image: Image): Image => ({
    ...image,
    channels: channels.get(image.id),
    ...(image.alike ? { alike: { ...image.alike, images: image.alike.images.map(told) } } : {}),
  });
  return ranked.map(told);
}

function bestRanked({ best }: RankedPage): Ranking['best'] {
  return best === undefined ? undefined : { by: 'rerank', score: best };
}

export const collapsed = (images: readonly Candidate[]): FoundImage[] =>
  collapseAlike(images, ({ group }) => group);

/** Recall goes no further for a page: behind that many images alike it is short. */
const MOST_RECALLED = 10_000;

/**
 * The nearest images: at least `least`, and where some look alike, as many as it takes for `different` different ones. A longer list
 * begins with the shorter one.
 */
export async function recallDifferent(
  { images, grouped }: Pick<EncodedQuery, 'images' | 'grouped'>,
  { least, different }: { readonly least: number; readonly different: number },
  nearest: (wanted: number) => Promise<readonly Candidate[]>,
): Promise<readonly Candidate[]> {
  const most = Math.min(images, MOST_RECALLED);
  for (let wanted = Math.max(least, different); ; wanted = Math.min(2 * wanted, most)) {
    const recalled = await nearest(wanted);
    const enough = !grouped || recalled.length < wanted || wanted >= most;
    if (enough || collapsed(recalled).length >= different) return recalled;
  }
}

/** Errors about the request or the generation; recall's order would not be an answer to them. */
const NOT_DEGRADED: ReadonlySet<string> = new Set(['cancelled', 'generation_stale']);

function orderDegradation(thrown: unknown): Degradation | undefined {
  const { code } = toAppError(thrown, 'rerank_unavailable');
  if (NOT_DEGRADED.has(code)) return undefined;
  const load = code === 'timeout' || code === 'overloaded';
  return { what: 'order', code: load ? code : 'rerank_unavailable' };
}

function evidenceDegradation({ evidence }: RankedPage): Degradation | undefined {
  if (evidence === 'complete') return undefined;
  return { what: 'evidence', code: evidence === 'late' ? 'timeout' : 'rerank_unavailable' };
}
