import type { EncodeImageResponse } from '../../../shared/schema/index.ts';
import type { LoadedGeneration } from '../generations/loaded-generation.ts';

/** Handles `POST /v1/encode-image`: an image file as the vector database needs it. */
export async function encodeImage(
  file: Uint8Array,
  generation: LoadedGeneration,
  signal: AbortSignal,
): Promise<EncodeImageResponse> {
  const coarse = await generation.encodeImage(file, signal);
  const { manifest, alike } = generation.search;
  return {
    generation: manifest.id,
    collection: manifest.collections.images,
    images: manifest.images.count,
    grouped: alike.size > 0,
    fields: manifest.fields,
    coarse: [...coarse],
  };
}
