import { networkOffsets } from '../network-weights.ts';
import { barrier, type MatchOptions, quad } from './match-options.ts';

/**
 * Both attentions from block products. With `S = Σ_b P^b` and `A = leaky_relu(S, 0.1)`, words attend to regions by
 * `softmax_r(λ A / |A|)` normalised over the words of a region, and regions attend to words by `softmax_w` of A
 * normalised over the regions of a word: `word_attention [R, L / 4 quads]` and `region_attention [L, R / 4 quads]`. Rows
 * are the quads of both; a group of invocations works on one at a time. Attentions of regions beyond R are 0, those of
 * words beyond L are finite and not used.
 */
export function attentionStage(options: MatchOptions): string {
  const { dimensions, lanes, invocations } = options;
  const { temperature } = networkOffsets({ blocks: dimensions.blocks, hiddenSize: dimensions.hidden });
  const wordAttention = (at: string) => quad(options, 'word_attention', at);
  const regionAttention = (at: string) => quad(options, 'region_attention', at);
  const scales = (at: string) => quad(options, 'scales', at);
  // A row of regions is a column of region_attention; a row of words is one of word_attention.
  const rows = (body: (at: string, scale: string) => string) => /* wgsl */ `if (row < region_quads) {
      for (var w = within; w < L; w += ${lanes}u) {
        ${body(regionAttention('w * region_quads + row'), `${scales('region_quads + w / 4')}[w % 4]`)}
      }
    } else if (row < node_quads) {
      for (var r = within; r < R; r += ${lanes}u) {
        ${body(wordAttention('r * word_quads + row - region_quads'), `${scales('r / 4')}[r % 4]`)}
      }
    }`;
  return /* wgsl */ `
  for (var n = lane; n < L * region_quads; n += ${invocations}u) {
    var s = vec4f();
    for (var block = 0u; block < ${dimensions.blocks}u; block++) { s += scratch[slot + block * L * region_quads + n]; }
    ${regionAttention('n')} = max(s, 0.1 * s);
  }
  ${barrier(options)}
  for (var n = lane; n < 4 * region_quads * word_quads; n += ${invocations}u) {
    let r = n / word_quads;
    let w = 4 * (n % word_quads);
    var a = vec4f();
    for (var j = 0u; j < 4 && w + j < L; j++) { a[j] = ${regionAttention('(w + j) * region_quads + r / 4')}[r % 4]; }
    ${wordAttention('n')} = a;
  }
  ${barrier(options)}
  for (var first = 0u; first < node_quads; first += groups) {
    let row = first + group;
    var squares = vec4f();
    ${rows((at) => `let a = ${at}; squares += a * a;`)}
    squares = group_sum(squares);
    if (within == 0 && row < node_quads) { ${scales('row')} = network[${temperature}] / (sqrt(squares) + 1e-8); }
  }
  ${barrier(options)}
  for (var first = 0u; first < node_quads; first += groups) {
    let row = first + group;
    var largest = vec4f(-3e38);
    ${rows((at, by) => `let a = ${at} * ${by}; ${at} = a; largest = max(largest, a);`)}
    largest = group_max(largest);
    var sum = vec4f();
    ${rows((at) => `let e = exp(${at} - largest); ${at} = e; sum += e;`)}
    let inverse = 1 / group_sum(sum);
    ${rows((at) => `${at} *= inverse;`)}
  }`;
}
