import { networkOffsets } from '../network-weights.ts';
import { barrier, element, type MatchOptions } from './match-options.ts';

/**
 * Both attentions from block products. With `S = Σ_b P^b` and `A = leaky_relu(S, 0.1)`, words attend to regions by
 * `softmax_r(λ A / |A|)` normalised over the words of a region, and regions attend to words by `softmax_w` of A
 * normalised over the regions of a word: `word_attention [R, L / 4 quads]` and `region_attention [L, R / 4 quads]`.
 */
export function attentionStage(options: MatchOptions): string {
  const { dimensions, lanes, invocations } = options;
  const { temperature } = networkOffsets({ blocks: dimensions.blocks, hiddenSize: dimensions.hidden });
  const wordAttention = (at: string) => element(options, 'word_attention', at);
  const regionAttention = (at: string) => element(options, 'region_attention', at);
  const scale = (at: string) => element(options, 'scales', at);
  // A row of the softmax is a word over regions (rows 0 to L) or a region over words; both are strided columns.
  const row = (array: 'word' | 'region', body: (at: string, scale: string) => string) => {
    const [count, stride, first] =
      array === 'word' ? ['R', 'word_lanes', 'row'] : ['L', 'region_lanes', '(row - L)'];
    const at = (array === 'word' ? wordAttention : regionAttention)(`${first} + n * ${stride}`);
    return `for (var n = within; n < ${count}; n += ${lanes}u) { ${body(at, scale(array === 'word' ? 'n' : 'R + n'))} }`;
  };
  const rows = (body: (at: string, scale: string) => string) =>
    `if (row < L) { ${row('word', body)} } else if (row < nodes) { ${row('region', body)} }`;
  return /* wgsl */ `
  for (var n = lane; n < R * L; n += ${invocations}u) {
    let w = n / R;
    let r = n % R;
    var s = 0f;
    for (var block = 0u; block < ${dimensions.blocks}u; block++) {
      s += ${element(options, 'products', '(block * L + w) * region_lanes + r')};
    }
    let a = max(s, 0.1 * s);
    ${wordAttention('r * word_lanes + w')} = a;
    ${regionAttention('w * region_lanes + r')} = a;
  }
  ${barrier(options)}
  for (var first = 0u; first < nodes; first += groups) {
    let row = first + group;
    var squares = 0f;
    if (row < R) {
      for (var w = within; w < L; w += ${lanes}u) {
        let a = ${wordAttention('row * word_lanes + w')};
        squares += a * a;
      }
    } else if (row < nodes) {
      for (var r = within; r < R; r += ${lanes}u) {
        let a = ${regionAttention('(row - R) * region_lanes + r')};
        squares += a * a;
      }
    }
    squares = group_sum(squares);
    if (within == 0 && row < nodes) {
      ${scale('row')} = network[${temperature}] / (sqrt(squares) + 1e-8);
    }
  }
  ${barrier(options)}
  for (var first = 0u; first < nodes; first += groups) {
    let row = first + group;
    var largest = -3e38f;
    ${rows((at, by) => `let x = ${at} * ${by}; ${at} = x; largest = max(largest, x);`)}
    largest = group_max(largest);
    var sum = 0f;
    ${rows((at) => `let e = exp(${at} - largest); ${at} = e; sum += e;`)}
    let inverse = 1 / group_sum(sum);
    ${rows((at) => `${at} *= inverse;`)}
  }`;
}
