import { type MatchOptions, quad } from './match-options.ts';

/** The scores of a pair, `[image to text, text to image]`: the means of its regions' and of its words' scores. */
export function scoresStage(options: MatchOptions): string {
  const { lanes } = options;
  const nodeScore = (at: string) => quad(options, 'node_scores', at);
  return /* wgsl */ `
  var sums = vec4f();
  if (group == 0) {
    for (var n = within; n < R; n += ${lanes}u) { sums.x += ${nodeScore('n / 4')}[n % 4]; }
    for (var n = within; n < L; n += ${lanes}u) { sums.y += ${nodeScore('region_quads + n / 4')}[n % 4]; }
  }
  sums = group_sum(sums);
  if (group == 0 && within == 0) {
    scores[2 * (work.output + pair)] = sums.x / f32(R);
    scores[2 * (work.output + pair) + 1] = sums.y / f32(L);
  }`;
}

/** Number of values of the evidence of a pair besides its scores: node scores `[R + L]`, attentions `[L, R]` and `[R, L]`. */
export function evidenceLength(regions: number, words: number): number {
  return regions + words + 2 * regions * words;
}

/** Writes the evidence behind the scores of all pairs, if it is requested. */
export function evidenceStage(options: MatchOptions): string {
  const { invocations } = options;
  const nodeScore = (at: string) => quad(options, 'node_scores', at);
  return /* wgsl */ `
  if (work.evidence == 0) { return; }
  let evidence = 2 * work.count + pair * work.evidence;
  for (var n = lane; n < R; n += ${invocations}u) { scores[evidence + n] = ${nodeScore('n / 4')}[n % 4]; }
  for (var n = lane; n < L; n += ${invocations}u) {
    scores[evidence + R + n] = ${nodeScore('region_quads + n / 4')}[n % 4];
  }
  let attentions = evidence + R + L;
  for (var n = lane; n < R * L; n += ${invocations}u) {
    scores[attentions + n] = ${quad(options, 'word_attention', '(n % R) * word_quads + n / R / 4')}[n / R % 4];
    scores[attentions + R * L + n] = ${quad(options, 'region_attention', '(n % L) * region_quads + n / L / 4')}[n / L % 4];
  }`;
}
