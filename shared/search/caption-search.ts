import { AppError } from '../errors/index.ts';
import { queryTerms } from '../retrieval/caption-words/query-terms.ts';
import { recallScore } from '../retrieval/fusion.ts';
import type { Channel } from '../schema/index.ts';
import type { Candidate, CaptionCandidates, CaptionSearch, EncodedQuery } from './ports.ts';
import type { SearchRequest } from './search-request.ts';

/**
 * What a search looks for in captions; undefined if it goes over pixels alone.
 *
 * @throws AppError `request_invalid` if it names captions, and those of the index are not searched (`generation_stale` if another one may be
 *   active by now); for captions alone in an exhaustive search, which has no recall.
 */
export function captionSearch(
  { ranking, combined, words, generation, kept }: EncodedQuery,
  { channels, exhaustive, generation: named }: Pick<SearchRequest, 'channels' | 'exhaustive' | 'generation'>,
): CaptionSearch | undefined {
  if (channels !== undefined && !channels.includes('captions')) return undefined;
  const { captionWeight: weight } = ranking;
  if (weight === undefined) {
    if (channels === undefined) return undefined;
    if (kept && named === undefined)
      throw new AppError('generation_stale', `generation ${generation} was kept`);
    throw new AppError(
      'request_invalid',
      `channels: the captions of generation ${generation} are not searched.`,
      {
        hint: 'Leave channels out, or build the index with --search-captions.',
      },
    );
  }
  const alone = channels !== undefined && !channels.includes('pixels');
  if (alone && exhaustive) {
    throw new AppError(
      'request_invalid',
      'channels: an exhaustive search compares every image, whatever its captions are.',
      {
        hint: 'Leave exhaustive or channels out.',
      },
    );
  }
  const sentences = combined?.sentences.map(({ query, share }) => ({ words: query.words, share }));
  const terms = queryTerms(sentences ?? [{ words, share: 1 }]);
  // Nothing to be looked for: of function words alone, for example.
  if (terms.indices.length === 0 && !alone) return undefined;
  return { terms, weight, alone };
}

/** Whether captions are searched. */
export function isCaptionQuery(
  query: EncodedQuery,
): query is EncodedQuery & { readonly captions: CaptionSearch } {
  return query.captions !== undefined;
}

/**
 * The images of both channels in one list: the best `length` by cosine and captions together, of the `length` nearest ones and those found in
 * captions, equal ones by id; behind them the other nearest ones in their order.
 */
export function joinChannels(
  { captions: { weight }, combined }: EncodedQuery & { readonly captions: CaptionSearch },
  { pixels, found, scores }: CaptionCandidates & { readonly pixels: readonly Candidate[] },
  length: number,
): Candidate[] {
  const near = new Map(pixels.slice(0, length).map((image) => [image.id, image]));
  const told = new Map(found.map((image) => [image.id, image]));
  const channelsOf = ({ id }: Candidate): Channel[] => [
    ...(told.has(id) && !near.has(id) ? [] : ['pixels' as const]),
    ...(told.has(id) ? ['captions' as const] : []),
  ];
  // What ranking makes of the common vector of several sentences.
  const scale = combined?.length ?? 1;
  const scoreOf = ({ id, coarse }: Candidate): number =>
    recallScore(scale * coarse, scores.get(id) ?? 0, weight);
  const joined = [...new Map([...near, ...told]).values()]
    .map((image) => ({ image, score: scoreOf(image) }))
    .sort((a, b) => b.score - a.score || a.image.id - b.image.id)
    .slice(0, length)
    .map(({ image }) => ({ ...image, captions: scores.get(image.id) ?? 0, channels: channelsOf(image) }));
  const listed = new Set(joined.map(({ id }) => id));
  const behind = pixels.filter(({ id }) => !listed.has(id));
  return [...joined, ...behind.map((image) => ({ ...image, channels: channelsOf(image) }))];
}
