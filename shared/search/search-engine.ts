import { AppError, toAppError } from '../errors/index.ts';
import { assertCountable, countFacet, type FacetCount } from '../filter/count-facets.ts';
import type { ImageFilter } from '../filter/image-filter.ts';
import { printFilter } from '../filter/print-filter.ts';
import { declaredField, resolveFilter, type Visible } from '../filter/resolve-filter.ts';
import { matchOf, type QueryTraits, queryTraits, relevance, type ScoredBy } from '../retrieval/relevance.ts';
import {
  type FilterTree,
  type ImagePayload,
  type Match,
  type PackedEvidence,
  type QueryWord,
  RANK_LIMITS,
} from '../schema/index.ts';
import { collapseAlike } from './collapse-alike.ts';
import type {
  AlikeImages,
  Among,
  Candidate,
  EncodedQuery,
  Fields,
  Payloads,
  QueryEncoder,
  RankedImage,
  RankedPage,
  Ranker,
  Recall,
  SearchCall,
} from './ports.ts';

export interface SearchRequest {
  readonly q: string;
  readonly limit: number;
  readonly offset: number;
  /** Compares every image instead of a shortlist. */
  readonly exhaustive: boolean;
  /** Whether the query is read as it was meant, and not only as it is written. */
  readonly understand: boolean;
  /** Whether of images that look alike only the best is a hit, which names the others. */
  readonly collapse: boolean;
  /** Which images are searched; all by default. */
  readonly filter?: FilterTree | undefined;
  /** Fields whose values are counted among the images that are compared. */
  readonly facets?: readonly string[] | undefined;
}

export interface SearchParts {
  readonly encoder: QueryEncoder;
  readonly recall: Recall;
  readonly ranker: Ranker;
  readonly payloads: Payloads;
  readonly fields: Fields;
  /** Whose fields may be used. */
  readonly visible: Visible;
  /** Whether recall's order is the answer if ranking a shortlist fails; otherwise the search fails. */
  readonly degrade: boolean;
  /** Runs a stage and records how long it took. */
  readonly time?: ((stage: SearchStage, work: () => Promise<unknown>) => Promise<unknown>) | undefined;
}

export type SearchStage = 'encode' | 'filter' | 'recall' | 'rank' | 'facets' | 'payloads';

/** What an answer lacks, and why. */
export interface Degradation {
  readonly what: 'order' | 'evidence';
  readonly code: 'timeout' | 'overloaded' | 'rerank_unavailable';
}

export interface Hit {
  /** The image's ordinal. */
  readonly id: number;
  /** The stage that ordered it: full GSMN, or recall alone. */
  readonly stage: 'rerank' | 'recall';
  /** The fused score; if the stage is `recall`, the cosine of the coarse vectors. */
  readonly score: number;
  readonly coarse: number;
  /** The GSMN score, if the stage is `rerank`. */
  readonly gsmn?: number | undefined;
  /** The probability that it fits the query; undefined if the model is not calibrated. */
  readonly relevance?: number | undefined;
  readonly image: ImagePayload;
  readonly evidence?: PackedEvidence | undefined;
  /** The images that it stands for: how many, and the best of them, without evidence. */
  readonly alike?: { readonly count: number; readonly hits: readonly Hit[] } | undefined;
}

export interface SearchAnswer {
  readonly query: string;
  readonly words: readonly QueryWord[];
  /** The words that evidence names. */
  readonly searched: readonly string[];
  /** The sentence that was searched, if words were replaced or left out. */
  readonly understood?: string | undefined;
  /** The phrases that the query denies. */
  readonly without?: readonly string[] | undefined;
  readonly generation: string;
  /** Whether GSMN took part in the order of the page. */
  readonly stage: 'rerank' | 'recall';
  /** The backend that compared, and how many images; absent if none were compared. */
  readonly compared?: Pick<RankedPage, 'backend' | 'compared' | 'took'> | undefined;
  readonly degraded?: Degradation | undefined;
  /** The filter as it was read, and how many images pass. */
  readonly filtered?: { readonly filter: string; readonly images: number } | undefined;
  /** By field: how often its values occur among the images that were compared. */
  readonly facets?: Readonly<Record<string, readonly FacetCount[]>> | undefined;
  /** Whether the best image fits; undefined if the model is not calibrated. */
  readonly match?: Match | undefined;
  readonly hits: readonly Hit[];
}

/**
 * A sentence in, ranked images out: encode, recall by coarse vector, GSMN on the shortlist; or, exhaustively, GSMN on every image. The
 * shortlist does not grow with the page, so an image keeps its position while someone goes through the pages; images behind it follow
 * in recall's order.
 *
 * A query that was encoded with a generation that is not active any more is encoded again, once.
 *
 * @throws AppError what the parts throw. With `degrade`, the answer to a shortlist that cannot be ranked is recall's
 *   order.
 */
export async function search(
  request: SearchRequest,
  parts: SearchParts,
  call: SearchCall,
): Promise<SearchAnswer> {
  try {
    return await searchOnce(request, parts, call, false);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !STALE.has(thrown.code)) throw thrown;
    return searchOnce(request, parts, call, true);
  }
}

/** The generation is gone from the reranker, or its collection from the vector database. */
const STALE: ReadonlySet<string> = new Set(['generation_stale', 'not_found']);

/** An image that was ranked, or only recalled. */
interface FoundImage extends Candidate, Omit<Partial<RankedImage>, keyof Candidate | 'alike'> {
  readonly alike?: AlikeImages<FoundImage> | undefined;
}

/** Images of a page in their order, before their payloads are looked up. */
interface Ranking {
  readonly facets?: SearchAnswer['facets'];
  readonly page: readonly FoundImage[];
  readonly ranked?: RankedPage | undefined;
  readonly degraded?: Degradation | undefined;
  /** The stage and the score of the best image of all pages; undefined if there is none. */
  readonly best?: { readonly by: ScoredBy; readonly score: number } | undefined;
}

async function searchOnce(
  request: SearchRequest,
  parts: SearchParts,
  call: SearchCall,
  fresh: boolean,
): Promise<SearchAnswer> {
  const timed = <T>(stage: SearchStage, work: () => Promise<T>): Promise<T> =>
    parts.time === undefined ? work() : (parts.time(stage, work) as Promise<T>);
  const { filter, facets: wanted = [] } = request;
  const asked = { text: request.q, understand: request.understand };
  const encode = (now: boolean): Promise<EncodedQuery> =>
    timed('encode', () => parts.encoder.encode(asked, now, call)).then((encoded) => ({
      ...encoded,
      grouped: encoded.grouped && request.collapse,
    }));
  const rank = async (encoded: EncodedQuery): Promise<Ranking & { readonly among: Among | undefined }> => {
    for (const name of wanted) {
      assertCountable(name, declaredField(name, encoded.fields, parts.visible, 'facets'));
    }
    const among = filter && (await count(encoded, resolveFilter(filter, encoded.fields, parts.visible)));
    const ranking = await (request.exhaustive ? rankAll : rankShortlist)(
      encoded,
      request,
      parts,
      call,
      timed,
      among,
    );
    return { ...ranking, among };
  };
  let query = await encode(fresh);
  let ranking = await rank(query);
  // A kept model may belong to a generation that is not active any more, and only rank responses tell.
  if (query.kept && ranking.ranked === undefined && ranking.degraded === undefined) {
    const kept = query;
    const current = await encode(true).catch((thrown: unknown) => {
      // The kept generation still has an answer.
      if (!parts.degrade || toAppError(thrown).code === 'cancelled') throw thrown;
      return kept;
    });
    if (current.generation !== kept.generation) {
      query = current;
      ranking = await rank(current);
    }
  }
  const { page, ranked, degraded, facets, best, among } = ranking;
  if (ranked !== undefined && query.kept && ranked.active !== query.generation) {
    throw new AppError(
      'generation_stale',
      `generation ${ranked.active} was activated since ${query.generation}`,
    );
  }
  const lacking = page
    .flatMap((image) => [image, ...(image.alike?.images ?? [])])
    .filter(({ payload }) => payload === undefined)
    .map(({ id }) => id);
  const payloads =
    lacking.length === 0
      ? new Map<number, ImagePayload>()
      : await timed('payloads', () => parts.payloads.read(query, lacking, call));
  const traits = queryTraits(query.words);
  return {
    query: request.q,
    words: query.words,
    searched: query.searched,
    understood: query.understood,
    without: query.without,
    generation: query.generation,
    stage: ranked === undefined && !request.exhaustive ? 'recall' : 'rerank',
    compared: ranked,
    degraded,
    filtered: filter && among && { filter: printFilter(filter), images: among.images },
    facets,
    match: best && bestMatch(query, traits, { ...best, images: among?.images ?? query.images }),
    hits: page.map((image) => hit(image, payloads, query, traits)),
  };

  async function count(encoded: EncodedQuery, resolved: ImageFilter): Promise<Among> {
    return {
      filter: resolved,
      images: await timed('filter', () => parts.fields.count(encoded, resolved, call)),
    };
  }
}

/** The most images that a shortlist holds. */
function shortlistLength({ ranking }: EncodedQuery): number {
  return Math.min(ranking.shortlist, RANK_LIMITS.shortlist);
}

type Timed = <T>(stage: SearchStage, work: () => Promise<T>) => Promise<T>;

/** Counts the values of the facets among some images. */
async function countFacets(
  query: EncodedQuery,
  { facets }: SearchRequest,
  { fields }: SearchParts,
  call: SearchCall,
  timed: Timed,
  ids: () => Promise<readonly number[]> | readonly number[],
): Promise<SearchAnswer['facets']> {
  if (facets === undefined) return undefined;
  const values = await timed('facets', async () => fields.values(query, await ids(), facets, call));
  return Object.fromEntries(facets.map((name) => [name, countFacet(name, values)]));
}

async function rankAll(
  query: EncodedQuery,
  request: SearchRequest,
  parts: SearchParts,
  call: SearchCall,
  timed: Timed,
  among: Among | undefined,
): Promise<Ranking> {
  const { limit, offset } = request;
  const { ranker, fields } = parts;
  const passing = among && (await timed('filter', () => fields.passing(query, among.filter, call)));
  const facetsOf = () =>
    countFacets(
      query,
      request,
      parts,
      call,
      timed,
      () => passing ?? Array.from({ length: query.images }, (_, id) => id),
    );
  // A reranker has nothing to compare then.
  if (passing?.length === 0) return { page: [], facets: await facetsOf() };
  const ranked = await timed('rank', () =>
    ranker.rank({ query, candidates: passing === undefined ? 'all' : { passing }, offset, limit }, call),
  );
  const degraded = evidenceDegradation(ranked);
  return { page: ranked.images, ranked, degraded, best: bestRanked(ranked), facets: await facetsOf() };
}

async function rankShortlist(
  query: EncodedQuery,
  request: SearchRequest,
  parts: SearchParts,
  call: SearchCall,
  timed: Timed,
  among: Among | undefined,
): Promise<Ranking> {
  const { limit, offset } = request;
  const { recall, ranker, degrade } = parts;
  const length = shortlistLength(query);
  const end = offset + limit;
  const images = among?.images ?? query.images;
  const recalled =
    images === 0 && among !== undefined
      ? []
      : await timed('recall', () =>
          recallDifferent({ ...query, images }, { least: length, different: end }, (wanted) =>
            recall.nearest(query, wanted, call, among),
          ),
        );
  const candidates = recalled.slice(0, length);
  const facets = await countFacets(query, request, parts, call, timed, () => candidates.map(({ id }) => id));
  // In recall's order. The images behind the shortlist that look like one of it stand with that one.
  const inOrder = collapsed(recalled);
  const compared = collapsed(candidates).length;
  const best = recalled[0] && { by: 'recall' as const, score: recalled[0].coarse };
  // A page behind the shortlist, or an empty collection, leaves nothing to compare.
  if (offset >= compared) return { page: inOrder.slice(offset, end), facets, best };
  let ranked: RankedPage;
  try {
    ranked = await timed('rank', () => ranker.rank({ query, candidates, offset, limit }, call));
  } catch (thrown) {
    const degraded = degrade ? orderDegradation(thrown) : undefined;
    if (degraded === undefined) throw thrown;
    return { page: inOrder.slice(offset, end), degraded, facets, best };
  }
  const behind = inOrder.slice(compared, end);
  return {
    page: [...ranked.images, ...behind],
    ranked,
    degraded: evidenceDegradation(ranked),
    facets,
    best: bestRanked(ranked),
  };
}

function bestRanked({ best }: RankedPage): Ranking['best'] {
  return best === undefined ? undefined : { by: 'rerank', score: best };
}

function bestMatch(
  { ranking: { calibration } }: EncodedQuery,
  traits: QueryTraits,
  { by, ...best }: NonNullable<Ranking['best']> & { readonly images: number },
): Match | undefined {
  return calibration && matchOf(calibration, by, traits, best);
}

const collapsed = (images: readonly Candidate[]): FoundImage[] => collapseAlike(images, ({ group }) => group);

/** Recall goes no further for a page: whoever has so many images alike before it sees a short page. */
const MOST_RECALLED = 10_000;

/**
 * The nearest images: at least so many, and where some look alike, as many as it takes for so many different ones. The more are asked
 * for, the longer the list, but its beginning is the same.
 */
async function recallDifferent(
  { images, grouped }: EncodedQuery,
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

function hit(
  { id, coarse, score, gsmn, evidence, payload, alike }: FoundImage,
  payloads: ReadonlyMap<number, ImagePayload>,
  query: EncodedQuery,
  traits: QueryTraits,
): Hit {
  const image = payload ?? payloads.get(id);
  // When a collection is deleted, its points are gone before its name.
  if (image === undefined)
    throw new AppError('not_found', `collection ${query.collection} has no point ${id}`);
  const others = alike && {
    count: alike.count,
    hits: alike.images.map((other) => hit(other, payloads, query, traits)),
  };
  const { calibration } = query.ranking;
  const fits = calibration && {
    relevance: relevance(calibration, score === undefined ? 'recall' : 'rerank', traits, score ?? coarse),
  };
  return {
    ...(score === undefined
      ? { id, stage: 'recall', score: coarse, coarse, ...fits, image }
      : { id, stage: 'rerank', score, coarse, gsmn, ...fits, image, ...(evidence ? { evidence } : {}) }),
    ...(others ? { alike: others } : {}),
  };
}
