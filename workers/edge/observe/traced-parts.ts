import { toAppError } from '../../../shared/errors/index.ts';
import type { TraceSpan } from '../../../shared/observe/tracing.ts';
import type { SearchCall } from '../../../shared/search/ports.ts';
import type { SearchParts } from '../../../shared/search/search-request.ts';

type Ports = Pick<SearchParts, 'encoder' | 'recall' | 'ranker' | 'payloads' | 'vectors' | 'fields'>;

/** The parts of a search, each call of which is a span that the called service continues. */
export function tracedParts(
  { encoder, recall, ranker, payloads, vectors, fields }: Ports,
  parent: TraceSpan,
): Ports {
  const traced = async <T>(
    name: string,
    call: SearchCall,
    work: (call: SearchCall) => Promise<T>,
  ): Promise<T> => {
    const span = parent.child(name, true);
    try {
      const result = await work({ ...call, traceparent: span.traceparent });
      span.end();
      return result;
    } catch (thrown) {
      span.end(toAppError(thrown).code);
      throw thrown;
    }
  };
  return {
    encoder: {
      encode: (query, fresh, call) => traced('encode', call, (own) => encoder.encode(query, fresh, own)),
    },
    recall: {
      nearest: (query, limit, call, among) =>
        traced('recall', call, (own) => recall.nearest(query, limit, own, among)),
      byCaptions: (query, limit, call, among) =>
        traced('recall in captions', call, (own) => recall.byCaptions(query, limit, own, among)),
    },
    ranker: { rank: (request, call) => traced('rank', call, (own) => ranker.rank(request, own)) },
    payloads: {
      read: (images, ids, call) => traced('payloads', call, (own) => payloads.read(images, ids, own)),
    },
    vectors: {
      read: (images, ids, call) => traced('vectors', call, (own) => vectors.read(images, ids, own)),
    },
    fields: {
      count: (images, filter, call) => traced('count', call, (own) => fields.count(images, filter, own)),
      passing: (images, filter, call) =>
        traced('passing', call, (own) => fields.passing(images, filter, own)),
      values: (images, ids, names, call) =>
        traced('values', call, (own) => fields.values(images, ids, names, own)),
    },
  };
}
