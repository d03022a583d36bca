import type { ImageGraph, PairEvidence } from '../../../shared/model/index.ts';
import type { EvidenceAnswer, QueryWord } from '../../../shared/schema/index.ts';

/**
 * What each word of the query looked at: the regions that got at least `weight` of its attention, strongest first,
 * `regions` at most. `<start>` and `<end>`, first and last of the L nodes, are left out.
 */
export function wordEvidence(
  evidence: PairEvidence,
  words: readonly QueryWord[],
  boxes: ImageGraph['boxes'],
  limit: { readonly regions: number; readonly weight: number },
): EvidenceAnswer {
  const regions = boxes.length / 4;
  return {
    words: words.map((word, index) => {
      const node = index + 1;
      const attention = evidence.wordAttention.subarray(node * regions, (node + 1) * regions);
      const attended = [...attention]
        .map((weight, region) => ({ region, weight }))
        .filter(({ weight }) => weight >= limit.weight)
        .sort((a, b) => b.weight - a.weight || a.region - b.region)
        .slice(0, limit.regions);
      return {
        word: word.text,
        score: evidence.wordScores[node] as number,
        regions: attended.map(({ region, weight }) => ({ region, weight, box: box(boxes, region) })),
      };
    }),
  };
}

function box(boxes: Float32Array, region: number): [number, number, number, number] {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * region, 4 * region + 4);
  return [x1, y1, x2, y2];
}
