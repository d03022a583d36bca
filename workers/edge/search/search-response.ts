import type { ImagePayload, SearchHit, SearchResponse } from '../../../shared/schema/index.ts';
import type { Degradation, Hit, SearchAnswer } from '../../../shared/search/search-answer.ts';
import type { SearchRequest } from '../../../shared/search/search-request.ts';
import { evidenceJson } from '../../../shared/search/word-evidence.ts';

const LACKS = {
  order: 'These images are in the order of their coarse scores',
  evidence: 'The matching regions cannot be shown',
} as const;

const WHY = {
  timeout: 'the reranker did not respond in time',
  overloaded: 'the reranker has too much to do',
  rerank_unavailable: 'the reranker is not available',
} as const;

/** What an answer lacks, for the reader. */
export function describeDegradation({ what, code }: Degradation): NonNullable<SearchResponse['degraded']> {
  return { code, message: `${LACKS[what]}: ${WHY[code]}.` };
}

type PlainHit = NonNullable<SearchHit['alike']>['hits'][number];

/** Addresses that this worker serves itself, and so in other widths, too. */
const OWN_IMAGE = /^\/images\//;

/**
 * An answer in the form of the search API (`searchResponseSchema`), as JSON text behind its first member, `query`.
 *
 * @param shown the widths that the images of this worker are served in, and the cursor of the page after this one
 */
export function searchResponseRest(
  { limit, offset, exhaustive, not }: SearchRequest,
  {
    sentences,
    words,
    searched,
    understood,
    without,
    generation,
    stage,
    degraded,
    filtered,
    facets,
    match,
    total,
    hits,
  }: SearchAnswer,
  {
    widths = [],
    next,
  }: { readonly widths?: readonly number[] | undefined; readonly next?: string | undefined },
): string {
  const head: Omit<SearchResponse, 'query' | 'hits'> = {
    ...(sentences === undefined ? {} : { queries: sentences.map(sentenceOf) }),
    ...(not === undefined ? {} : { not: [...not.phrases, ...not.images.map((id) => `id:${id}`)] }),
    words: [...words],
    ...(understood === undefined ? {} : { understood }),
    ...(without === undefined ? {} : { without: [...without] }),
    generation,
    stage,
    ...(exhaustive ? { ranking: 'exhaustive' as const } : {}),
    ...(degraded ? { degraded: describeDegradation(degraded) } : {}),
    ...(filtered ? { filtered } : {}),
    ...(facets ? { facets: facets as SearchResponse['facets'] } : {}),
    ...(match === undefined ? {} : { match }),
    ...(total === undefined ? {} : { total }),
    limit,
    offset,
    ...(next === undefined ? {} : { next }),
  };
  const evidenceOf = sentences?.map((sentence) => sentence.searched) ?? [searched];
  const members = hits.map((hit) => hitJson(hit, evidenceOf, widths));
  return `${open(head).slice(1)},"hits":[${members.join(',')}]}`;
}

function sentenceOf({
  text,
  weight,
  words,
  understood,
  without,
}: NonNullable<SearchAnswer['sentences']>[number]): NonNullable<SearchResponse['queries']>[number] {
  return {
    q: text,
    weight,
    words: [...words],
    ...(understood === undefined ? {} : { understood }),
    ...(without === undefined ? {} : { without: [...without] }),
  };
}

/** @param searched the words of each sentence. */
function hitJson(hit: Hit, searched: readonly SearchAnswer['searched'][], widths: readonly number[]): string {
  const { evidence, sentences, alike } = hit;
  const plain = open({
    ...plainHit(hit, widths),
    ...(alike && { alike: { count: alike.count, hits: alike.hits.map((other) => plainHit(other, widths)) } }),
  });
  if (sentences !== undefined) {
    const each = sentences.map(
      (one, at) => `${open({ gsmn: one.gsmn })}${member(one.evidence, searched[at])}}`,
    );
    return `${plain},"sentences":[${each.join(',')}]}`;
  }
  return `${plain}${member(evidence, searched[0])}}`;
}

/** The evidence of a sentence as a further member; nothing without. */
function member(evidence: Hit['evidence'], searched: SearchAnswer['searched'] = []): string {
  return evidence === undefined ? '' : `,"evidence":${evidenceJson(evidence, searched)}`;
}

function plainHit(
  { id, score, coarse, captions, channels, gsmn, relevance, stage, image }: Hit,
  widths: readonly number[],
): PlainHit {
  return {
    id,
    ...(relevance === undefined ? {} : { relevance: rounded(relevance) }),
    scores: {
      ...(stage === 'rerank' ? { fused: score, gsmn } : {}),
      coarse,
      ...(captions === undefined ? {} : { captions }),
    },
    stage,
    ...(channels === undefined ? {} : { channels: [...channels] }),
    ...shownImage(image, widths),
  };
}

/** What answers show of an image. */
export function shownImage(
  { name, url, width, height, captions, metadata }: ImagePayload,
  widths: readonly number[] = [],
): Pick<PlainHit, 'image' | 'captions' | 'metadata'> {
  const isResized = widths.length > 0 && url !== undefined && OWN_IMAGE.test(url);
  return {
    image: {
      name,
      ...(url === undefined ? {} : { url }),
      width,
      height,
      ...(isResized ? { widths: [...widths] } : {}),
    },
    captions,
    ...(metadata ? { metadata } : {}),
  };
}

/** More digits would say nothing. */
function rounded(probability: number): number {
  return Math.round(probability * 1e4) / 1e4;
}

/** The JSON of an object without its closing brace, so that more members can follow. */
function open(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}
