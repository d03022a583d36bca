import type { ImageGraph, PairEvidence } from '../model/index.ts';
import type { PackedEvidence } from '../schema/index.ts';

/** Regions that are reported for a word at most, and the attention from which on one is. */
export interface EvidenceLimit {
  readonly regions: number;
  readonly weight: number;
}

/** Fractions are told to four decimals, scores to six: enough to draw and to compare. */
const FRACTION = 1e4;
const SCORE = 1e6;

/**
 * What each word of the query attended to: the regions that got at least `weight` of its attention, strongest first,
 * `regions` at most. `<start>` and `<end>`, first and last of the L nodes, are left out.
 *
 * @param words how many words the query has, L - 2.
 */
export function packEvidence(
  evidence: PairEvidence,
  words: number,
  boxes: ImageGraph['boxes'],
  limit: EvidenceLimit,
): PackedEvidence {
  const count = boxes.length / 4;
  const used = new Set<number>();
  const rows = Array.from({ length: words }, (_, index) => {
    const node = index + 1;
    const attended = strongest(evidence.wordAttention, node * count, count, limit);
    const row = [rounded(evidence.wordScores[node] as number, SCORE)];
    for (const region of attended) {
      used.add(region);
      row.push(region, rounded(evidence.wordAttention[node * count + region] as number, FRACTION));
    }
    return row;
  });
  const corner = (region: number, at: number) => rounded(boxes[4 * region + at] as number, FRACTION);
  return {
    words: rows,
    boxes: [...used].map((region) => [
      region,
      corner(region, 0),
      corner(region, 1),
      corner(region, 2),
      corner(region, 3),
    ]),
  };
}

/** Regions that got enough attention, strongest first. */
function strongest(attention: Float32Array, from: number, count: number, limit: EvidenceLimit): number[] {
  const weight = (region: number) => attention[from + region] as number;
  const found: number[] = [];
  for (let region = 0; region < count; region++) if (weight(region) >= limit.weight) found.push(region);
  return found.sort((a, b) => weight(b) - weight(a) || a - b).slice(0, limit.regions);
}

function rounded(value: number, unit: number): number {
  return Math.round(value * unit) / unit;
}

/**
 * Evidence as the search API gives it (`evidenceSchema`), as JSON text. A page has some thousand regions: written one by one they cost a
 * quarter of what making objects of them and turning those into text costs.
 */
export function evidenceJson(
  { words, boxes }: PackedEvidence,
  texts: readonly { readonly text: string }[],
): string {
  const boxOf = new Map<number, string>();
  for (const [region, x1, y1, x2, y2] of boxes) boxOf.set(region, `[${x1},${y1},${x2},${y2}]`);
  let json = '{"words":[';
  for (const [index, row] of words.entries()) {
    json += `${index === 0 ? '' : ','}{"word":${JSON.stringify(texts[index]?.text)},"score":${row[0]},"regions":[`;
    for (let at = 1; at < row.length; at += 2) {
      const region = row[at] as number;
      json += `${at === 1 ? '' : ','}{"region":${region},"weight":${row[at + 1]},"box":${boxOf.get(region)}}`;
    }
    json += ']}';
  }
  return `${json}]}`;
}
