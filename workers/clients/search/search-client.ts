import type { ParseResponse, SearchResponse } from '../../../shared/schema/index.ts';
import type { Transport } from './ask.ts';
import { type ParseOptions, requestParse } from './request-parse.ts';
import { requestExhaustive, requestSearch, type SearchRequest } from './request-search.ts';

export interface SearchClientOptions extends Transport {
  /**
   * Address of the search, `https://search.example/v1/search`; its own parameters are kept. Text that is relative is
   * resolved against `location`, where there is one.
   */
  readonly endpoint: URL | string;
  /** Address that parses sentences; `parse` beside the endpoint when absent. */
  readonly parseEndpoint?: URL | string | undefined;
}

/** Both reject with a `SearchProblem`, or with the signal's reason once that has aborted. */
export interface SearchClient {
  search(request: SearchRequest): Promise<SearchResponse>;
  /** The parse of a sentence: each word with the word that it depends on. */
  parse(q: string, options?: ParseOptions): Promise<ParseResponse>;
}

/**
 * A client of the public search API for browsers, Node and Workers. Throws a `TypeError` where an address cannot be read.
 *
 * @example
 * const client = createSearchClient({ endpoint: 'https://search.example/v1/search' });
 * const { hits } = await client.search({ q: 'a dog catches a ball', limit: 5 });
 */
export function createSearchClient({
  endpoint,
  parseEndpoint,
  ...transport
}: SearchClientOptions): SearchClient {
  const searchAddress = absolute(endpoint);
  const parseAddress = parseEndpoint === undefined ? beside(searchAddress) : absolute(parseEndpoint);
  return {
    search({ exhaustive, ...page }) {
      const request = exhaustive ? requestExhaustive : requestSearch;
      return request(searchAddress, page, transport);
    },
    parse: (q, options) => requestParse(parseAddress, q, options, transport),
  };
}

function absolute(address: URL | string): URL {
  return new URL(address, globalThis.location?.href);
}

function beside(endpoint: URL): URL {
  const address = new URL(endpoint);
  address.pathname = address.pathname.replace(/[^/]*\/?$/, 'parse');
  return address;
}
