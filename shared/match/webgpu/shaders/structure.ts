import { networkOffsets } from '../network-weights.ts';
import { barrier, element, type MatchOptions } from './match-options.ts';

/**
 * Scores of all nodes (`node_scores [R + L]`, regions first) by both graphs' convolutions and output layers. Regions:
 * `h_i = concat_k W_k Σ_j w_ij^k n_ij`, then `out_2(tanh(out_1 h_i))`; the product with W_k is taken before the sum
 * over j. Words: `out_2(tanh(Σ_j e_ij (M n_ij) + c))`, with the convolution and the first layer as one matrix M. With
 * `self` `n_ij = m_i`: the sum over a region's edges is a gate, that over a word's edges is 1.
 */
export function structureStage(options: MatchOptions): string {
  const { dimensions, invocations, lanes } = options;
  const { blocks: T, blockQuads, hidden: H, kernels: K, neighbours } = dimensions;
  const offsets = networkOffsets({ blocks: T, hiddenSize: H });
  const projected = (at: string) => element(options, 'projected', at);
  const gathered = (at: string) => element(options, 'gathered', at);
  const gatherRegions = neighbours
    ? /* wgsl */ `
      var edge = layout_base + (h / ${H / K}u * R + node) * R;
      for (var j = 0u; j < R; j++) {
        x += layouts[edge + j] * ${projected(`j * ${H}u + h`)};
      }`
    : `x = layouts[layout_base + node * ${K}u + h / ${H / K}u] * ${projected('n')};`;
  const gatherWords = neighbours
    ? /* wgsl */ `
      let i = node - R;
      for (var j = 0u; j < L; j++) {
        let edges = caption_cells[caption_edges + j * word_quads + i / 4];
        x += edges[i % 4] * ${projected(`(R + j) * ${H}u + h`)};
      }`
    : `x = ${projected('n')};`;
  return /* wgsl */ `
  for (var n = lane; n < nodes * ${H}u; n += ${invocations}u) {
    let node = n / ${H}u;
    let matrix = select(${offsets.textMatrix}u, ${offsets.imageKernels}u, node < R) + n % ${H}u;
    var x = 0f;
    for (var block = 0u; block < ${T}u; block++) {
      x += network[matrix + block * ${H}u] * ${element(options, 'matches', `node * ${4 * blockQuads}u + block`)};
    }
    ${projected('n')} = x;
  }
  ${barrier(options)}
  for (var n = lane; n < nodes * ${H}u; n += ${invocations}u) {
    let node = n / ${H}u;
    let h = n % ${H}u;
    var x = 0f;
    if (node < R) {
      ${gatherRegions}
    } else {
      ${gatherWords}
      x = network[${offsets.textOutput}u + h] * hyperbolic_tangent(x + network[${offsets.textBias}u + h]);
    }
    ${gathered('n')} = x;
  }
  ${barrier(options)}
  for (var n = lane; n < R * ${H}u; n += ${invocations}u) {
    let first = n / ${H}u * ${H}u;
    let h = n % ${H}u;
    var x = network[${offsets.imageHiddenBias}u + h];
    for (var u = 0u; u < ${H}u; u++) {
      x += network[${offsets.imageHidden}u + u * ${H}u + h] * ${gathered('first + u')};
    }
    ${projected('n')} = network[${offsets.imageOutput}u + h] * hyperbolic_tangent(x);
  }
  ${barrier(options)}
  for (var first = 0u; first < nodes; first += groups) {
    let node = first + group;
    var sum = 0f;
    if (node < R) {
      for (var h = within; h < ${H}u; h += ${lanes}u) { sum += ${projected(`node * ${H}u + h`)}; }
    } else if (node < nodes) {
      for (var h = within; h < ${H}u; h += ${lanes}u) { sum += ${gathered(`node * ${H}u + h`)}; }
    }
    sum = group_sum(sum);
    if (within == 0 && node < nodes) {
      let bias = select(${offsets.textOutputBias}u, ${offsets.imageOutputBias}u, node < R);
      ${element(options, 'node_scores', 'node')} = sum + network[bias];
    }
  }`;
}

/** Its error is that of exp; built-in forms overflow on some drivers. */
export const HYPERBOLIC_TANGENT = /* wgsl */ `
fn hyperbolic_tangent(x: f32) -> f32 {
  let e = exp(-2 * abs(x));
  return sign(x) * (1 - e) / (1 + e);
}
`;
