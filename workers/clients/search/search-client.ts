import type {
  ImageCaptions,
  ImagePage,
  NearImages,
  ParseResponse,
  SearchResponse,
} from '../../../shared/schema/index.ts';
import type { Transport } from './ask.ts';
import { type CaptionsRequest, requestCaptions } from './request-captions.ts';
import { type ImageSearchOptions, requestImageSearch } from './request-image-search.ts';
import { type ImagesRequest, requestImages } from './request-images.ts';
import { type ParseOptions, requestParse } from './request-parse.ts';
import { requestSearch, type SearchRequest } from './request-search.ts';

export interface SearchClientOptions extends Transport {
  /**
   * Address of the search, `https://search.example/v1/search`; its own parameters are kept. A relative address is
   * resolved against `location`, if there is one.
   */
  readonly endpoint: URL | string;
  /** Address of the parses of sentences; by default `parse` next to the endpoint. */
  readonly parseEndpoint?: URL | string | undefined;
}

/** All reject with a `SearchProblem`, or with the signal's reason after an abort. */
export interface SearchClient {
  search(request: SearchRequest): Promise<SearchResponse>;
  /** Images without a query: by a field, or like another image. They are asked for at `images` beside the endpoint. */
  images(request?: ImagesRequest): Promise<ImagePage>;
  /** The images nearest to an image file, such as one that somebody picks. It is sent to `images/search` beside the endpoint. */
  searchByImage(image: Blob, options?: ImageSearchOptions): Promise<NearImages>;
  /** The captions of the index that fit an image, at `images/ID/captions` beside the endpoint. */
  captions(request: CaptionsRequest): Promise<ImageCaptions>;
  /** The parse of a sentence: each word with the word that it depends on. */
  parse(q: string, options?: ParseOptions): Promise<ParseResponse>;
}

/**
 * A client of the public search API for browsers, Node and Workers. Throws a `TypeError` if an address is invalid.
 *
 * @example
 * const client = createSearchClient({ endpoint: 'https://search.example/v1/search' });
 * const { hits } = await client.search({ q: 'a girl throws a ball to a dog', limit: 5 });
 */
export function createSearchClient({
  endpoint,
  parseEndpoint,
  ...transport
}: SearchClientOptions): SearchClient {
  const searchAddress = absolute(endpoint);
  const parseAddress = parseEndpoint === undefined ? beside(searchAddress, 'parse') : absolute(parseEndpoint);
  const imagesAddress = beside(searchAddress, 'images');
  return {
    search: (request) => requestSearch(searchAddress, request, transport),
    images: (request = {}) => requestImages(imagesAddress, request, transport),
    searchByImage: (image, options = {}) =>
      requestImageSearch(beside(searchAddress, 'images/search'), image, options, transport),
    captions: (request) => requestCaptions(imagesAddress, request, transport),
    parse: (q, options) => requestParse(parseAddress, q, options, transport),
  };
}

function absolute(address: URL | string): URL {
  return new URL(address, globalThis.location?.href);
}

function beside(endpoint: URL, name: string): URL {
  const address = new URL(endpoint);
  address.pathname = address.pathname.replace(/[^/]*\/?$/, name);
  return address;
}
