import type { ImagePage } from '../../../shared/schema/index.ts';
import { ask, type Transport, withParameters } from './ask.ts';
import { isRecord } from './search-problem.ts';

/** A page of images without a query. */
export interface ImagesRequest {
  /** A field to sort by; with `-` before it the largest value first. */
  readonly sort?: string | undefined;
  /** The id of an image: the others follow, the nearest first. */
  readonly like?: number | undefined;
  /** The version of the index that `like` is from: `generation` of its answer. */
  readonly generation?: string | undefined;
  /** Which images: `year>=2019 AND place:"Rome"`. */
  readonly filter?: string | undefined;
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One page. Rejects as `ask` does. */
export function requestImages(
  endpoint: URL,
  { signal, ...parameters }: ImagesRequest,
  transport?: Transport,
): Promise<ImagePage> {
  return ask({ address: withParameters(endpoint, parameters), isAnswer, signal }, transport);
}

function isAnswer(body: unknown): body is ImagePage {
  return (
    isRecord(body) &&
    typeof body.total === 'number' &&
    Array.isArray(body.images) &&
    body.images.every((one) => isRecord(one) && isRecord(one.image))
  );
}
