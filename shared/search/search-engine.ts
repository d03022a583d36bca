import { AppError, toAppError } from '../errors/index.ts';
import { assertCountable } from '../filter/count-facets.ts';
import type { ImageFilter } from '../filter/image-filter.ts';
import { narrowedFilter } from '../filter/narrowed-filter.ts';
import { printFilter } from '../filter/print-filter.ts';
import { declaredField } from '../filter/resolve-filter.ts';
import { matchOf, type QueryTraits, queryTraits } from '../retrieval/relevance.ts';
import type { ImagePayload, Match } from '../schema/index.ts';
import { captionSearch } from './caption-search.ts';
import { encodeAsked } from './combine-queries.ts';
import type { Among, EncodedQuery, SearchCall } from './ports.ts';
import { type Ranking, rankAll, rankShortlist } from './rank-images.ts';
import { hitOf, type SearchAnswer } from './search-answer.ts';
import type { SearchParts, SearchRequest, SearchStage } from './search-request.ts';

/**
 * A sentence in, ranked images out: encode, recall by coarse vector, GSMN on the shortlist; or, exhaustively, GSMN on every image. The
 * shortlist does not grow with the page, so an image keeps its position while someone goes through the pages; images behind it follow
 * in recall's order.
 *
 * A query that was encoded with a generation that is not active any more is encoded again, once, unless the request names a
 * generation.
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
    if (!(thrown instanceof AppError) || !STALE.has(thrown.code) || request.generation !== undefined)
      throw thrown;
    return searchOnce(request, parts, call, true);
  }
}

/** The generation is gone from the reranker, or its collection from the vector database. */
const STALE: ReadonlySet<string> = new Set(['generation_stale', 'not_found']);

async function searchOnce(
  request: SearchRequest,
  parts: SearchParts,
  call: SearchCall,
  fresh: boolean,
): Promise<SearchAnswer> {
  const timed = <T>(stage: SearchStage, work: () => Promise<T>): Promise<T> =>
    parts.time === undefined ? work() : (parts.time(stage, work) as Promise<T>);
  const { filter, facets: wanted = [] } = request;
  const follows = request.generation === undefined;
  const { within, visible } = parts;
  const encode = (now: boolean): Promise<EncodedQuery> =>
    timed('encode', () => encodeAsked(request, parts, call, now)).then((encoded) => ({
      ...encoded,
      grouped: encoded.grouped && request.collapse,
      captions: captionSearch(encoded, request),
    }));
  let ranking: Ranked | undefined;
  /** In the background: what fails there fails in the answer as well, or is not needed. */
  const announce = (encoded: EncodedQuery, recalled: Ranked): void => {
    void answerOf(encoded, recalled, (work) => work()).then(
      (answer) => ranking ?? parts.onRecalled?.(answer),
      () => {},
    );
  };
  const rank = async (encoded: EncodedQuery): Promise<Ranked> => {
    for (const name of wanted) {
      assertCountable(name, declaredField(name, encoded.fields, visible, 'facets'));
    }
    const narrowed = narrowedFilter({ within, filter, visible }, encoded.fields);
    const among = narrowed && (await count(encoded, narrowed));
    const onRecalled = parts.onRecalled && ((recalled: Ranking) => announce(encoded, { ...recalled, among }));
    const searched = { query: encoded, request, parts, call, timed, among, onRecalled };
    const ranking = await (request.exhaustive ? rankAll(searched) : rankShortlist(searched));
    return { ...ranking, among };
  };
  let query = await encode(fresh);
  ranking = await rank(query);
  // A kept model may belong to a generation that is not active any more, and only rank responses tell.
  if (follows && query.kept && ranking.ranked === undefined && ranking.degraded === undefined) {
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
  const { ranked } = ranking;
  if (follows && ranked !== undefined && query.kept && ranked.active !== query.generation) {
    throw new AppError(
      'generation_stale',
      `generation ${ranked.active} was activated since ${query.generation}`,
    );
  }
  return answerOf(query, ranking, (work) => timed('payloads', work));

  async function answerOf(
    encoded: EncodedQuery,
    { page, ranked, degraded, facets, best, among, total, more }: Ranked,
    reading: <T>(work: () => Promise<T>) => Promise<T>,
  ): Promise<SearchAnswer> {
    const lacking = page
      .flatMap((image) => [image, ...(image.alike?.images ?? [])])
      .filter(({ payload }) => payload === undefined)
      .map(({ id }) => id);
    const payloads =
      lacking.length === 0
        ? new Map<number, ImagePayload>()
        : await reading(() => parts.payloads.read(encoded, lacking, call));
    const traits = queryTraits(encoded.words);
    return {
      query: encoded.text,
      sentences: sentencesOf(request.q, encoded),
      words: encoded.words,
      searched: encoded.searched,
      understood: encoded.understood,
      without: encoded.without,
      generation: encoded.generation,
      fields: encoded.fields,
      stage: ranked === undefined && !request.exhaustive ? 'recall' : 'rerank',
      compared: ranked,
      degraded,
      filtered: filter && among && { filter: printFilter(filter), images: among.images },
      facets,
      match: best && bestMatch(encoded, traits, { ...best, images: among?.images ?? encoded.images }),
      total,
      more,
      hits: page.map((image) => hitOf(image, payloads, encoded, traits)),
    };
  }

  async function count(encoded: EncodedQuery, resolved: ImageFilter): Promise<Among> {
    return {
      filter: resolved,
      images: await timed('filter', () => parts.fields.count(encoded, resolved, call)),
    };
  }
}

/** A ranking of the images that pass the filter. */
type Ranked = Ranking & { readonly among: Among | undefined };

/** What was made of each of several sentences. */
function sentencesOf(asked: SearchRequest['q'], { combined }: EncodedQuery): SearchAnswer['sentences'] {
  if (typeof asked === 'string' || combined === undefined || combined.sentences.length === 1)
    return undefined;
  return combined.sentences.map(({ query }, at) => ({ ...query, weight: asked[at]?.weight ?? 1 }));
}

function bestMatch(
  { ranking: { calibration }, combined }: EncodedQuery,
  traits: QueryTraits,
  { by, ...best }: NonNullable<Ranking['best']> & { readonly images: number },
): Match | undefined {
  // It is fitted to the scores of one sentence.
  return combined ? undefined : calibration && matchOf(calibration, by, traits, best);
}
