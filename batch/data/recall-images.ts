import type { ImageGraph } from '../../shared/model/index.ts';
import type { RecallImage, RecallInput } from '../../shared/retrieval/index.ts';
import type { ImageRows } from './encode-split.ts';

/** What a split offers to a recall encoder. */
export function recallInputs({ whole, encoded }: Pick<ImageRows, 'whole' | 'encoded'>): RecallInput[] {
  return [
    'text',
    'ids',
    'words',
    'features',
    'nodes',
    'boxes',
    ...(whole ? (['whole'] as const) : []),
    ...(encoded ? (['encoded'] as const) : []),
  ];
}

/**
 * Images of a split as recall encoders read them.
 *
 * @param from the first of them.
 * @param graphs theirs, in order.
 * @param features theirs, `[graphs, R, F]`.
 */
export async function recallImages(
  { regions, featureSize, whole, encoded }: ImageRows,
  from: number,
  graphs: readonly ImageGraph[],
  features: Float32Array,
): Promise<RecallImage[]> {
  const size = regions * featureSize;
  const described = await whole?.read(from, from + graphs.length);
  const vectors = await encoded?.read(from, from + graphs.length);
  return graphs.map((graph, index) => ({
    ...graph,
    regions,
    features: features.subarray(index * size, (index + 1) * size),
    ...(whole && described
      ? { whole: described.subarray(index * whole.size, (index + 1) * whole.size) }
      : {}),
    ...(encoded && vectors
      ? {
          encoded: {
            by: encoded.by,
            vector: vectors.subarray(index * encoded.size, (index + 1) * encoded.size),
          },
        }
      : {}),
  }));
}
