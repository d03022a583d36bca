import { AppError } from '../errors/index.ts';
import { bestCaptions } from '../retrieval/caption-words/caption-scores.ts';
import { exactRecall as nearest } from '../retrieval/exact-recall.ts';
import { innerProduct } from '../retrieval/inner-products.ts';
import type { Fields, Recall, Vectors } from './ports.ts';
import type { SearchGeneration } from './search-generation.ts';

/** Recall from all coarse vectors and captions of a generation in this process: exact, and without a database. */
export function exactRecall(
  {
    manifest,
    vectors,
    terms,
    alike,
  }: Pick<SearchGeneration, 'manifest' | 'vectors' | 'alike'> & Partial<Pick<SearchGeneration, 'terms'>>,
  fields: Pick<Fields, 'passing'>,
): Recall {
  return {
    nearest: async (query, limit, call, filtered) => {
      const { coarse, grouped } = query;
      const { signal } = call;
      if (vectors !== undefined) {
        const among = filtered && (await fields.passing(query, filtered.filter, call));
        const found = await nearest(vectors, coarse, { limit, among, signal });
        return grouped ? found.map((image) => ({ ...image, group: alike.get(image.id) })) : found;
      }
      throw noVectors(manifest.id);
    },
    byCaptions: async (query, limit, call, filtered) => {
      if (vectors === undefined || terms === undefined) throw noVectors(manifest.id);
      const { coarse, grouped, captions } = query;
      const { signal } = call;
      const among = filtered && (await fields.passing(query, filtered.filter, call));
      const { best, scores } = await bestCaptions(terms, captions.terms, { limit, among, signal });
      const exact = Float64Array.from(coarse);
      const found = await Promise.all(
        best.map(async (id) => ({
          id,
          coarse: innerProduct(exact, await vectors.read(id, id + 1), 0),
          ...(grouped ? { group: alike.get(id) } : {}),
        })),
      );
      return { found, scores };
    },
  };
}

/** Coarse vectors from those of a generation in this process. */
export function localVectors({ manifest, vectors }: Pick<SearchGeneration, 'manifest' | 'vectors'>): Vectors {
  return {
    read: async (_images, ids) => {
      if (vectors === undefined) throw noVectors(manifest.id);
      return Promise.all(ids.map((id) => vectors.read(id, id + 1)));
    },
  };
}

function noVectors(generation: string): AppError {
  return new AppError(
    'generation_incomplete',
    `generation ${generation} does not have the coarse vectors of its images, or the words of their captions`,
    { hint: 'build it again, or name its vector database: --qdrant' },
  );
}
