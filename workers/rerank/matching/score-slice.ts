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
 * compared once: its scores come with the evidence.
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
    signal.throwIfAborted();
    const wanted = [...ids.keys()].filter((index) => explained.has(ids[index] as number));
    const found = await matcher.evidenceOf(prepared, wanted, query.caption, { signal });
    for (const [at, index] of wanted.entries()) {
      const own = found[at] as PairEvidence;
      const boxes = await images.boxes(ids[index] as number);
      const evidence = wordEvidence(own, query.words, boxes, settings.evidence);
      scored[index] = { imageToText: own.imageToText, textToImage: own.textToImage, evidence };
    }
  });
  return scored;
}
