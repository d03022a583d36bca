import type { NearImages } from '../../../shared/schema/index.ts';
import { ask, type Transport, withParameters } from './ask.ts';
import { isRecord } from './search-problem.ts';

/** What a search with an image may say besides. */
export interface ImageSearchOptions {
  /** Which images: `year>=2019 AND place:"Rome"`. */
  readonly filter?: string | undefined;
  readonly limit?: number | undefined;
  /** Whether images that look alike are one, which names the others; true by default. */
  readonly collapse?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The images nearest to one that is sent. Rejects as `ask` does. */
export function requestImageSearch(
  endpoint: URL,
  image: Blob,
  { signal, collapse, ...parameters }: ImageSearchOptions,
  transport?: Transport,
): Promise<NearImages> {
  const address = withParameters(endpoint, {
    ...parameters,
    collapse: collapse === undefined ? undefined : String(collapse),
  });
  // A browser knows the type of some files only; the service looks at the content.
  const type = image.type.startsWith('image/') ? image.type : 'application/octet-stream';
  const headers = { accept: 'application/json', 'content-type': type };
  return ask({ address, init: { method: 'POST', body: image, headers }, isAnswer, signal }, transport);
}

function isAnswer(body: unknown): body is NearImages {
  return (
    isRecord(body) &&
    body.stage === 'recall' &&
    Array.isArray(body.images) &&
    body.images.every((one) => isRecord(one) && isRecord(one.image))
  );
}
