import type { z } from 'zod';
import type { CaptionsResponse, captionsRequestSchema } from '../../../shared/schema/index.ts';
import type { SearchGeneration } from '../../../shared/search/search-generation.ts';

/** Handles `POST /v1/captions`: the captions of the generation that fit an image best. */
export async function rankCaptions(
  { image, limit, filter }: z.output<typeof captionsRequestSchema>,
  { manifest, captions }: SearchGeneration,
  signal: AbortSignal,
): Promise<CaptionsResponse> {
  return { generation: manifest.id, ...(await captions.rank({ image, limit, filter }, signal)) };
}
