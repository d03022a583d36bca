import type { PairEvidence } from '../../../shared/model/index.ts';
import type { EvidenceAnswer, RerankRequest } from '../../../shared/schema/index.ts';
import type { LoadedGeneration } from '../generations/loaded-generation.ts';
import type { RerankMetrics } from '../metrics.ts';
import type { RerankSettings } from '../settings.ts';
import type { ComparedQuery } from './compare-query.ts';
import type { ImageSlice } from './image-store.ts';
import { timed } from './timed.ts';
import { wordEvidence } from './word-evidence.ts';

/** What comparing one image with the query gave. */
export interface ScoredImage extends Pick<PairEvidence, 'imageToText' | 'textToImage'> {
  readonly evidence?: EvidenceAnswer;
}

/**
 * Compares a slice of the shortlist with a query; the result is in its order. An image whose evidence is asked for is
 * compared once, by itself: its scores come with the evidence.
 */
export async function scoreSlice(
  generation: LoadedGeneration,
  request: RerankRequest,
  { prepared, from }: ImageSlice,
  query: ComparedQuery,
  parts: {
    readonly settings: Pick<RerankSettings, 'evidence'>;
    readonly metrics: RerankMetrics;
    readonly signal: AbortSignal;
  },
): Promise<ScoredImage[]> {
  const { metrics, signal, settings } = parts;
  const { matcher, images } = generation;
  const ids = request.ids.slice(from, from + prepared.count);
  const explained = new Set(request.evidenceIds);
  const plain = [...ids.keys()].filter((index) => !explained.has(ids[index] as number));
  const scored: ScoredImage[] = [];
  if (plain.length > 0) {
    await timed(metrics, 'match', async () => {
      signal.throwIfAborted();
      const scores = await matcher.score(prepared, [query.caption], plain, { signal });
      for (const [at, index] of plain.entries()) {
        scored[index] = {
          imageToText: scores.imageToText[at] as number,
          textToImage: scores.textToImage[at] as number,
        };
      }
    });
  }
  if (plain.length === ids.length) return scored;
  await timed(metrics, 'evidence', async () => {
    for (const [index, id] of ids.entries()) {
      if (!explained.has(id)) continue;
      signal.throwIfAborted();
      const found = await matcher.evidence(prepared, index, query.caption);
      const evidence = wordEvidence(found, query.words, await images.boxes(id), settings.evidence);
      scored[index] = { imageToText: found.imageToText, textToImage: found.textToImage, evidence };
    }
  });
  return scored;
}
