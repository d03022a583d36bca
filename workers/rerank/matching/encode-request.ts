import { Buffer } from 'node:buffer';
import type { EncodeRequest, EncodeResponse } from '../../../shared/schema/index.ts';
import { suggestSpellings } from '../../../shared/text/index.ts';
import type { GenerationHost } from '../generations/generation-host.ts';
import type { RerankMetrics } from '../metrics.ts';
import type { RerankSettings } from '../settings.ts';
import { queryWords } from './query-words.ts';
import { timed } from './timed.ts';

/** Answers `POST /v1/encode`: the query's coarse vector, and its word nodes when they are asked for. */
export async function encodeQueryRequest(
  request: EncodeRequest,
  host: GenerationHost,
  settings: RerankSettings,
  metrics: RerankMetrics,
): Promise<EncodeResponse> {
  const { generation, release } = host.lease(request.generation, 'encode_unavailable');
  try {
    const { words, ids } = queryWords(request.query, generation.vocabulary, settings);
    const { nodes, cached } = await timed(metrics, 'encode', () =>
      generation.queries.encode(ids, request.query),
    );
    metrics.query(cached);
    const { manifest } = generation;
    return {
      generation: manifest.id,
      collection: manifest.collections.images,
      ranking: manifest.ranking,
      coarse: [...nodes.coarse],
      words: suggestSpellings(words, generation.vocabulary),
      ...(request.includeWords ? { nodes: encodeNodes(nodes.words, ids.length) } : {}),
    };
  } finally {
    await release();
  }
}

function encodeNodes(words: Float32Array, length: number): NonNullable<EncodeResponse['nodes']> {
  return {
    shape: [length, words.length / length],
    base64: Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('base64'),
  };
}
