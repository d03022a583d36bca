import { AppError } from '../errors/index.ts';
import { exactRecall as nearest } from '../retrieval/exact-recall.ts';
import type { Fields, Recall, Vectors } from './ports.ts';
import type { SearchGeneration } from './search-generation.ts';

/** Recall from all coarse vectors of a generation in this process: exact, and without a database. */
export function exactRecall(
  { manifest, vectors, alike }: Pick<SearchGeneration, 'manifest' | 'vectors' | 'alike'>,
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
    `generation ${generation} does not have the coarse vectors of its images`,
    { hint: 'build it again, or name its vector database: --qdrant' },
  );
}
