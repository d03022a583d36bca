import { AppError } from '../../../shared/errors/index.ts';
import type { CaptionGraph } from '../../../shared/model/index.ts';
import type {
  EvidenceAnswer,
  QueryWord,
  RerankRequest,
  RerankResponse,
} from '../../../shared/schema/index.ts';
import type { GenerationHost } from '../generations/generation-host.ts';
import type { LoadedGeneration } from '../generations/loaded-generation.ts';
import type { RerankMetrics } from '../metrics.ts';
import type { RerankSettings } from '../settings.ts';
import type { PreparedGroup } from './image-store.ts';
import { queryWords } from './query-words.ts';
import { timed } from './timed.ts';
import { wordEvidence } from './word-evidence.ts';

/** Answers `POST /v1/rerank`: GSMN's scores of the shortlist, in its order, and evidence where it is asked for. */
export async function rerankImages(
  request: RerankRequest,
  host: GenerationHost,
  settings: RerankSettings,
  metrics: RerankMetrics,
  signal: AbortSignal,
): Promise<RerankResponse> {
  const { generation, release } = host.lease(request.generation, 'rerank_unavailable');
  try {
    checkShortlist(request, generation.images.count, settings);
    const { words, ids } = queryWords(request.query, generation.vocabulary, settings);
    const { nodes, cached } = await timed(metrics, 'encode', () => generation.queries.encode(ids));
    metrics.query(cached);
    signal.throwIfAborted();
    const caption: CaptionGraph = { words: nodes.words };
    const asked = performance.now();
    return await generation.images.use(request.ids, signal, async (groups) => {
      metrics.stage('images', (performance.now() - asked) / 1000);
      const { imageToText, textToImage } = await timed(metrics, 'match', () =>
        scoreGroups(generation, groups, caption, request.ids.length, signal),
      );
      metrics.pairs(request.ids.length);
      const evidence = await timed(metrics, 'evidence', () =>
        gatherEvidence(generation, request, groups, caption, words, settings, signal),
      );
      const scores = request.ids.map((id, position) => {
        const i2t = imageToText[position] as number;
        const t2i = textToImage[position] as number;
        const found = evidence.get(id);
        return {
          id,
          score: i2t + t2i,
          imageToText: i2t,
          textToImage: t2i,
          ...(found === undefined ? {} : { evidence: found }),
        };
      });
      return { generation: generation.id, backend: generation.matcher.backend, scores };
    });
  } finally {
    await release();
  }
}

function checkShortlist(request: RerankRequest, count: number, { limits }: RerankSettings): void {
  const { ids, evidenceIds = [] } = request;
  if (ids.length > limits.shortlist) {
    throw new AppError(
      'request_too_large',
      `${ids.length} images, at most ${limits.shortlist} are scored at once`,
    );
  }
  if (evidenceIds.length > limits.evidence) {
    throw new AppError(
      'request_too_large',
      `evidence for ${evidenceIds.length} images, at most for ${limits.evidence} at once`,
    );
  }
  const seen = new Set<number>();
  for (const id of ids) {
    if (seen.has(id)) throw new AppError('request_invalid', `ids: ${id} is there twice`);
    if (id >= count) {
      throw new AppError('request_invalid', `ids: there is no image ${id}, the generation has ${count}`, {
        hint: 'ids are image ordinals of the generation that the request names',
      });
    }
    seen.add(id);
  }
  const stray = evidenceIds.find((id) => !seen.has(id));
  if (stray !== undefined)
    throw new AppError('request_invalid', `evidenceIds: ${stray} is not among the ids`);
}

async function scoreGroups(
  { matcher }: LoadedGeneration,
  groups: readonly PreparedGroup[],
  caption: CaptionGraph,
  count: number,
  signal: AbortSignal,
): Promise<{ imageToText: Float32Array; textToImage: Float32Array }> {
  const imageToText = new Float32Array(count);
  const textToImage = new Float32Array(count);
  for (const { prepared, indices, positions } of groups) {
    signal.throwIfAborted();
    const scores = await matcher.score(prepared, [caption], indices, { signal });
    for (const [at, position] of positions.entries()) {
      imageToText[position] = scores.imageToText[at] as number;
      textToImage[position] = scores.textToImage[at] as number;
    }
  }
  return { imageToText, textToImage };
}

async function gatherEvidence(
  { matcher, images }: LoadedGeneration,
  request: RerankRequest,
  groups: readonly PreparedGroup[],
  caption: CaptionGraph,
  words: readonly QueryWord[],
  settings: RerankSettings,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, EvidenceAnswer>> {
  const wanted = new Set(request.evidenceIds);
  const found = new Map<number, EvidenceAnswer>();
  if (wanted.size === 0) return found;
  for (const { prepared, indices, positions } of groups) {
    for (const [at, position] of positions.entries()) {
      const id = request.ids[position] as number;
      if (!wanted.has(id)) continue;
      signal.throwIfAborted();
      const evidence = await matcher.evidence(prepared, indices[at] as number, caption);
      found.set(id, wordEvidence(evidence, words, await images.boxes(id), settings.evidence));
    }
  }
  return found;
}
