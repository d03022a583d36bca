import { AppError } from '../errors/index.ts';
import { exactRecall as nearest } from '../retrieval/exact-recall.ts';
import type { Recall } from './ports.ts';
import type { SearchGeneration } from './search-generation.ts';

/** Recall from all coarse vectors of a generation in this process: exact, and without a database. */
export function exactRecall({ manifest, vectors }: Pick<SearchGeneration, 'manifest' | 'vectors'>): Recall {
  return {
    nearest: async ({ coarse }, limit, { signal }) => {
      if (vectors !== undefined) return nearest(vectors, coarse, { limit, signal });
      throw new AppError(
        'generation_incomplete',
        `generation ${manifest.id} does not have the coarse vectors of its images`,
        { hint: 'build it again, or name its vector database: --qdrant' },
      );
    },
  };
}
