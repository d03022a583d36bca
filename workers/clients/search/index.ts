export type {
  FilterJson,
  ImageCaptions,
  ImagePage,
  NearImages,
  ParseResponse,
  QueryWord,
  SearchHit,
  SearchResponse,
  Stage,
} from '../../../shared/schema/index.ts';
export { PAGE_HITS, QUERY_CHARACTERS, SEARCH_LIMITS } from '../../../shared/schema/search-limits.ts';
export type { Fetch, Transport } from './ask.ts';
export { type AddressedSearch, getSearch } from './get-search.ts';
export { imageAddress, imageSourceSet } from './image-address.ts';
export type { CaptionsRequest } from './request-captions.ts';
export type { ImageSearchOptions } from './request-image-search.ts';
export { type ImagesRequest, requestImages } from './request-images.ts';
export { type ParseOptions, requestParse } from './request-parse.ts';
export {
  type PageRequest,
  requestSearch,
  type SearchRequest,
  type WeightedSentence,
} from './request-search.ts';
export { createSearchClient, type SearchClient, type SearchClientOptions } from './search-client.ts';
export { type ProblemDetails, SearchProblem, type SearchProblemCode } from './search-problem.ts';
export { createSearchSession, type SearchSession, type SessionOptions } from './search-session.ts';
export { queryOf, type SearchResults, type SearchState } from './session-state.ts';
