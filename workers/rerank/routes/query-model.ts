import { AppError } from '../../../shared/errors/index.ts';
import { queryModelFile } from '../../../shared/search/query-model.ts';
import type { LoadedGeneration } from '../generations/loaded-generation.ts';

/** Handles `GET /v1/generations/ID/query-model`: what an edge worker needs to encode queries itself. It never changes. */
export async function queryModelResponse(
  { id, search }: LoadedGeneration,
  method: string,
  release: () => Promise<void>,
): Promise<Response> {
  if (!search.hasQueryModel) {
    throw new AppError(
      'not_found',
      `generation ${id} has no query model: its recall encoder is a pretrained one`,
      {
        hint: 'the reranker encodes its queries: POST /v1/encode',
      },
    );
  }
  const file = await queryModelFile(search.files, search.manifest, search.alike.size > 0);
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': String(file.bytes),
    'cache-control': 'public, max-age=31536000, immutable',
    etag: `"${id}"`,
  };
  if (method === 'HEAD') {
    await release();
    return new Response(null, { headers });
  }
  const pieces = file.pieces();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (thrown) {
        controller.error(thrown);
      }
      await release();
    },
    cancel: async () => {
      await pieces.return(undefined);
      await release();
    },
  });
  return new Response(body, { headers });
}
