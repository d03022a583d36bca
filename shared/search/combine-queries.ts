import { AppError } from '../errors/index.ts';
import { passesFilter } from '../filter/image-filter.ts';
import { narrowedFilter } from '../filter/narrowed-filter.ts';
import { unitVector } from '../retrieval/projection/unit-vector.ts';
import { addScaled, DENIED } from './denied.ts';
import type { EncodedQuery, SearchCall } from './ports.ts';
import type { SearchParts, SearchRequest } from './search-request.ts';

type EncodingParts = Pick<SearchParts, 'encoder' | 'vectors' | 'fields' | 'within' | 'visible'>;

/**
 * Encodes what a search asks for: a sentence alone, or several sentences and denied images as one query. Its coarse vector is the mean of
 * the sentences' vectors by their weights, less `DENIED` times that of each denied image, so one recall finds the images that
 * fit all of it best. Phrases that are denied belong to every sentence, as if its own words denied them.
 *
 * @throws AppError what encoding throws; `generation_stale` if another generation was activated between two sentences; `request_invalid`
 *   for an image that the index does not have, or that the caller may not see.
 */
export async function encodeAsked(
  { q, understand, not, generation: named }: SearchRequest,
  { encoder, vectors, fields, within, visible }: EncodingParts,
  call: SearchCall,
  fresh: boolean,
): Promise<EncodedQuery> {
  const sentences = typeof q === 'string' ? [{ q, weight: 1 }] : q;
  const phrases = not?.phrases.length ? not.phrases : undefined;
  const queries = await Promise.all(
    sentences.map(({ q: text }) =>
      encoder.encode({ text, understand, not: phrases, generation: named }, fresh, call),
    ),
  );
  const [first] = queries;
  if (first === undefined) throw new RangeError('a search has a sentence');
  const { generation } = first;
  if (queries.some((query) => query.generation !== generation)) {
    throw new AppError('generation_stale', `another generation than ${generation} was activated meanwhile`);
  }
  const ids = not?.images ?? [];
  if (queries.length === 1 && ids.length === 0) return first;
  const may = narrowedFilter({ within, visible }, first.fields);
  const names = Object.keys(first.fields?.fields ?? {});
  const seen = await Promise.all(
    ids.map(async (id) => {
      if (id >= first.images || may === undefined) return id < first.images;
      const [values = {}] = await fields.values(first, [id], names, call);
      return passesFilter(may, values);
    }),
  );
  const unknown = ids.find((_id, at) => !seen[at]);
  if (unknown !== undefined) {
    const size = may === undefined ? `; the index has ${first.images}` : '';
    throw new AppError('request_invalid', `not: there is no image ${unknown}${size}.`, {
      hint: 'Send the `generation` of the answer that the id comes from.',
    });
  }
  const total = sentences.reduce((sum, { weight }) => sum + weight, 0);
  const shares = sentences.map(({ weight }) => weight / total);
  const common = new Float64Array(first.coarse.length);
  for (const [at, { coarse }] of queries.entries()) addScaled(common, coarse, shares[at] as number);
  const denied = ids.length === 0 ? [] : await vectors.read(first, ids, call);
  for (const vector of denied) addScaled(common, vector, -DENIED);
  return {
    ...first,
    coarse: unitVector(common, 'the query'),
    kept: queries.some(({ kept }) => kept),
    combined: {
      sentences: queries.map((query, at) => ({ query, share: shares[at] as number })),
      length: Math.hypot(...common),
    },
  };
}
