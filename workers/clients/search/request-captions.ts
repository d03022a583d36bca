import type { ImageCaptions } from '../../../shared/schema/index.ts';
import { ask, type Transport, withParameters } from './ask.ts';
import { isRecord } from './search-problem.ts';

/** The captions of the index that fit an image. */
export interface CaptionsRequest {
  /** The id of an image. */
  readonly image: number;
  /** The version of the index that the id is from: `generation` of its answer. */
  readonly generation?: string | undefined;
  /** Captions of which images: the text of a filter. */
  readonly filter?: string | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @param images the address of images. Rejects as `ask` does. */
export function requestCaptions(
  images: URL,
  { image, signal, ...parameters }: CaptionsRequest,
  transport?: Transport,
): Promise<ImageCaptions> {
  const address = new URL(images);
  address.pathname += `/${image}/captions`;
  return ask({ address: withParameters(address, parameters), isAnswer, signal }, transport);
}

function isAnswer(body: unknown): body is ImageCaptions {
  return (
    isRecord(body) &&
    typeof body.compared === 'number' &&
    Array.isArray(body.captions) &&
    body.captions.every((one) => isRecord(one) && typeof one.text === 'string')
  );
}
