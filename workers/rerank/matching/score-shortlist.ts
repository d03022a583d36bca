import type { CaptionGraph, PairEvidence } from '../../../shared/model/index.ts';
import type { EvidenceAnswer, QueryWord, RerankRequest } from '../../../shared/schema/index.ts';
import type { LoadedGeneration } from '../generations/loaded-generation.ts';
import type { RerankMetrics } from '../metrics.ts';
import type { RerankSettings } from '../settings.ts';
import type { PreparedGroup } from './image-store.ts';
import { timed } from './timed.ts';
import { wordEvidence } from './word-evidence.ts';

/** The query as it is compared. */
export interface ComparedQuery {
  readonly caption: CaptionGraph;
  /** Its words, without `<start>` and `<end>`. */
  readonly words: readonly QueryWord[];
}

/** What comparing one image with the query gave. */
export interface ScoredImage extends Pick<PairEvidence, 'imageToText' | 'textToImage'> {
  readonly evidence?: EvidenceAnswer;
}

/**
 * Compares the images of a shortlist with a query; the result is in the order of `request.ids`. An image whose evidence
 * is asked for is compared once, by itself: its scores come with the evidence.
 */
export async function scoreShortlist(
  generation: LoadedGeneration,
  request: RerankRequest,
  groups: readonly PreparedGroup[],
  query: ComparedQuery,
  parts: {
    readonly settings: Pick<RerankSettings, 'evidence'>;
    readonly metrics: RerankMetrics;
    readonly signal: AbortSignal;
  },
): Promise<ScoredImage[]> {
  const { metrics, signal, settings } = parts;
  const { matcher, images } = generation;
  const explained = new Set(request.evidenceIds);
  const scored: ScoredImage[] = [];
  await timed(metrics, 'match', async () => {
    for (const group of groups) {
      const { indices, positions } = withoutIds(group, request.ids, explained);
      if (indices.length === 0) continue;
      signal.throwIfAborted();
      const scores = await matcher.score(group.prepared, [query.caption], indices, { signal });
      for (const [at, position] of positions.entries()) {
        scored[position] = {
          imageToText: scores.imageToText[at] as number,
          textToImage: scores.textToImage[at] as number,
        };
      }
    }
  });
  if (explained.size === 0) return scored;
  await timed(metrics, 'evidence', async () => {
    for (const { prepared, indices, positions } of groups) {
      for (const [at, position] of positions.entries()) {
        const id = request.ids[position] as number;
        if (!explained.has(id)) continue;
        signal.throwIfAborted();
        const found = await matcher.evidence(prepared, indices[at] as number, query.caption);
        const evidence = wordEvidence(found, query.words, await images.boxes(id), settings.evidence);
        scored[position] = { imageToText: found.imageToText, textToImage: found.textToImage, evidence };
      }
    }
  });
  return scored;
}

/** A group without the images of some ids. */
function withoutIds(
  { indices, positions }: PreparedGroup,
  ids: readonly number[],
  left: ReadonlySet<number>,
): Pick<PreparedGroup, 'indices' | 'positions'> {
  const kept = [...positions.keys()].filter((at) => !left.has(ids[positions[at] as number] as number));
  return {
    indices: kept.map((at) => indices[at] as number),
    positions: kept.map((at) => positions[at] as number),
  };
}
