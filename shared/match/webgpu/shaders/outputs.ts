import { element, type MatchOptions } from './match-options.ts';

/** The scores of a pair, `[image to text, text to image]`: the means of its regions' and of its words' scores. */
export function scoresStage(options: MatchOptions): string {
  const { lanes } = options;
  return /* wgsl */ `
  for (var first = 0u; first < 2; first += groups) {
    let side = first + group;
    let begin = select(R, 0u, side == 0);
    let count = select(L, R, side == 0);
    var sum = 0f;
    if (side < 2) {
      for (var n = within; n < count; n += ${lanes}u) { sum += ${element(options, 'node_scores', 'begin + n')}; }
    }
    sum = group_sum(sum);
    if (within == 0 && side < 2) { scores[2 * (work.output + pair) + side] = sum / f32(count); }
  }`;
}

/** Number of values of the evidence of a pair besides its scores: node scores `[R + L]`, attentions `[L, R]` and `[R, L]`. */
export function evidenceLength(regions: number, words: number): number {
  return regions + words + 2 * regions * words;
}

/** Writes the evidence behind the scores of all pairs, if it is requested. */
export function evidenceStage(options: MatchOptions): string {
  return /* wgsl */ `
  if (work.evidence == 0) { return; }
  let evidence = 2 * work.count + pair * work.evidence;
  for (var n = lane; n < nodes; n += ${options.invocations}u) {
    scores[evidence + n] = ${element(options, 'node_scores', 'n')};
  }
  for (var n = lane; n < R * L; n += ${options.invocations}u) {
    scores[evidence + nodes + n] = ${element(options, 'word_attention', 'n % R * word_lanes + n / R')};
    scores[evidence + nodes + R * L + n] = ${element(options, 'region_attention', 'n % L * region_lanes + n / L')};
  }`;
}
