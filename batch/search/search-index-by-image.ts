import { AppError } from '../../shared/errors/index.ts';
import { exactRecall } from '../../shared/search/exact-recall.ts';
import { localFields } from '../../shared/search/local-fields.ts';
import type { Payloads } from '../../shared/search/ports.ts';
import {
  type ImageSearchAnswer,
  type ImageSearchRequest,
  searchByImage,
} from '../../shared/search/search-by-image.ts';
import type { SearchGeneration } from '../../shared/search/search-generation.ts';
import { qdrantFields, qdrantPayloads, qdrantRecall } from '../../workers/clients/index.ts';
import { openQueryImages } from '../query-image/open-query-images.ts';
import { type OpenIndexOptions, openIndexSearch } from './search-index.ts';

export type SearchIndexByImageOptions = OpenIndexOptions &
  ImageSearchRequest & {
    /** The bytes of an image file. */
    readonly file: Uint8Array;
  };

/**
 * Searches the active generation with an image, in this process: decoded and encoded as the images of the index were.
 *
 * @throws AppError of `openIndexSearch`, `ImageFileEncoder.encode` and `searchByImage`.
 */
export async function searchIndexByImage(options: SearchIndexByImageOptions): Promise<ImageSearchAnswer> {
  const { index, store, file, signal, ...request } = options;
  const opened = await openIndexSearch(options);
  const { generation } = opened;
  const encoder = openQueryImages(index.path)(generation);
  try {
    const { manifest, alike } = generation;
    const fields = localFields(generation);
    return await searchByImage(
      request,
      {
        encode: async () => ({
          generation: manifest.id,
          collection: manifest.collections.images,
          images: manifest.images.count,
          grouped: alike.size > 0,
          fields: manifest.fields,
          coarse: await encoder.encode(file, signal),
        }),
        recall: store === undefined ? exactRecall(generation, fields) : qdrantRecall(store),
        payloads: store === undefined ? ownPayloads(generation) : qdrantPayloads(store),
        fields: store === undefined ? fields : qdrantFields(store),
        // A caller that can read the index may see all of it.
        visible: 'all',
      },
      { signal },
    );
  } finally {
    await encoder.close();
    await opened.dispose();
  }
}

function ownPayloads({ manifest, payloads }: SearchGeneration): Payloads {
  return {
    read: async (_images, ids) => {
      if (payloads === undefined) {
        throw new AppError(
          'generation_incomplete',
          `generation ${manifest.id} does not have the payloads of its images`,
          { hint: 'build it again, or name its vector database: --qdrant' },
        );
      }
      const found = await payloads.read(ids);
      return new Map(found.map((payload, at) => [ids[at] as number, payload]));
    },
  };
}
