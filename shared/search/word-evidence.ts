import type { ImageGraph, PairEvidence } from '../model/index.ts';
import type { PackedEvidence } from '../schema/index.ts';

/** Maximum number of regions reported for a word, and the minimum attention of a reported region. */
export interface EvidenceLimit {
  readonly regions: number;
  readonly weight: number;
}

/** Fractions have four decimals, scores six: enough to draw and to compare. */
const FRACTION = 1e4;
const SCORE = 1e6;

/**
 * What each word of the query attended to: the regions with at least `weight` of its attention, strongest first, at
 * most `regions`. `<start>` and `<end>`, first and last of the L nodes, are left out.
 *
 * @param words number of words of the query, L - 2.
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

/** Regions with enough attention, strongest first. */
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
 * Evidence in the form of the search API (`evidenceSchema`), as JSON text. A page has some thousand regions: writing them one by one
 * costs a quarter of making objects and turning them into text.
 */
export function evidenceJson({ words, boxes }: PackedEvidence, texts: readonly string[]): string {
  const boxOf = new Map<number, string>();
  for (const [region, x1, y1, x2, y2] of boxes) boxOf.set(region, `[${x1},${y1},${x2},${y2}]`);
  let json = '{"words":[';
  for (const [index, row] of words.slice(0, texts.length).entries()) {
    json += `${index === 0 ? '' : ','}{"word":${JSON.stringify(texts[index])},"score":${row[0]},"regions":[`;
    for (let at = 1; at < row.length; at += 2) {
      const region = row[at] as number;
      json += `${at === 1 ? '' : ','}{"region":${region},"weight":${row[at + 1]},"box":${boxOf.get(region)}}`;
    }
    json += ']}';
  }
  return `${json}]}`;
}
