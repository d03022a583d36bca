import { expect } from 'vitest';
import { type SearchIndexOptions, searchIndex } from '../../batch/search/search-index.ts';
import { type Problem, problemSchema } from '../../shared/schema/index.ts';
import { edgeOver } from './edge-over.ts';
import { type IndexServices, startIndexServices } from './index-services.ts';

export const FILTERED_IMAGES = 40;

export const QUERY = 'a dog on grass';

const FIELDS = {
  year: { type: 'integer' },
  place: { type: 'keyword' },
  tag: { type: 'keyword', list: true, from: 'keywords' },
  taken: { type: 'date' },
  owner: { type: 'keyword', public: false },
};

/** What the data says of an image. */
export const metadataOf = (id: number) => ({
  year: 2000 + (id % 20),
  ...(id % 3 === 0 ? { place: 'Rome' } : { place: 'Oslo' }),
  keywords: id % 2 === 0 ? ['even', 'all'] : ['all'],
  taken: `20${String(10 + (id % 10))}-05-01`,
  owner: id < 5 ? 'Ann' : 'Bob',
  note: 'not declared',
});

/** Passed by more images than the shortlist of ten holds. */
export const FILTER = 'year>=2010 AND NOT place:Rome';
/** The images that pass it, ascending. */
export const PASSING: readonly number[] = Array.from({ length: FILTERED_IMAGES }, (_, id) => id).filter(
  (id) => id % 20 >= 10 && id % 3 !== 0,
);

/** An index of images with fields, and the edge worker's app over its services. */
export interface FilteredIndex extends IndexServices {
  request(path: string, init?: RequestInit): Promise<Response>;
  /** The first 100 hits of `QUERY`, searched in this process. */
  searchHere(changes?: Partial<SearchIndexOptions>): ReturnType<typeof searchIndex>;
}

export const TEST_CONTEXT = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };

export async function startFilteredIndex(): Promise<FilteredIndex> {
  const services = await startIndexServices({
    images: FILTERED_IMAGES,
    fields: FIELDS,
    metadataOf,
    backend: 'wasm',
  });
  const app = edgeOver({ rerank: services.rerank, qdrant: services.qdrant });
  return {
    ...services,
    request: async (path, init) => app.request(path, init, {}, TEST_CONTEXT),
    searchHere: (changes) =>
      searchIndex({
        index: services.index,
        backend: 'wasm',
        query: QUERY,
        limit: 100,
        exhaustive: false,
        understand: true,
        collapse: true,
        fuse: true,
        memoryBytes: 2 ** 20,
        signal: new AbortController().signal,
        ...changes,
      }),
  };
}

/** The problem of a request that is refused. */
export async function problemOf(response: Response): Promise<Problem> {
  expect(response.status).toBe(400);
  return problemSchema.parse(await response.json());
}
