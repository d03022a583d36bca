import { networkOffsets } from '../network-weights.ts';
import { barrier, type MatchOptions, quad } from './match-options.ts';

/**
 * Scores of all nodes (`node_scores [(R + L) / 4 quads]`, regions first) by both graphs' convolutions and output layers.
 * Regions: `h_i = concat_k W_k Σ_j w_ij^k n_ij`, then `out_2(tanh(out_1 h_i))`; the product with W_k is taken before the
 * sum over j. Words: `out_2(tanh(Σ_j e_ij (M n_ij) + c))`, with the convolution and the first layer as one matrix M. With
 * `self` `n_ij = m_i`: the sum over a region's edges is a gate, that over a word's edges is 1. `projected` and `gathered`
 * are `[H, (R + L) / 4 quads]`: a weight is loaded once for four nodes.
 */
export function structureStage(options: MatchOptions): string {
  const { dimensions, invocations, lanes } = options;
  const { blocks: T, hidden: H, kernels: K, neighbours } = dimensions;
  const offsets = networkOffsets({ blocks: T, hiddenSize: H });
  const projected = (at: string) => quad(options, 'projected', at);
  const gathered = (at: string) => quad(options, 'gathered', at);
  const gatherRegions = neighbours
    ? /* wgsl */ `
      let edge = layout_base + h / ${H / K}u * R * region_quads + node;
      for (var j = 0u; j < R; j++) {
        x += layouts[edge + j * region_quads] * ${projected('h * node_quads + j / 4')}[j % 4];
      }`
    : `x = layouts[layout_base + h / ${H / K}u * region_quads + node] * ${projected('h * node_quads + node')};`;
  const gatherWords = neighbours
    ? /* wgsl */ `
      let edge = caption_edges + node - region_quads;
      for (var j = 0u; j < L; j++) {
        x += caption_cells[edge + j * word_quads] * ${projected('h * node_quads + region_quads + j / 4')}[j % 4];
      }`
    : `x = ${projected('h * node_quads + node')};`;
  return /* wgsl */ `
  for (var n = lane; n < node_quads * ${H}u; n += ${invocations}u) {
    let node = n / ${H}u;
    let h = n % ${H}u;
    let matrix = select(${offsets.textMatrix}u, ${offsets.imageKernels}u, node < region_quads) + h;
    var x = vec4f();
    for (var block = 0u; block < ${T}u; block++) {
      x += network[matrix + block * ${H}u] * ${quad(options, 'matches', 'block * node_quads + node')};
    }
    ${projected('h * node_quads + node')} = x;
  }
  ${barrier(options)}
  for (var n = lane; n < node_quads * ${H}u; n += ${invocations}u) {
    let node = n / ${H}u;
    let h = n % ${H}u;
    var x = vec4f();
    if (node < region_quads) {
      ${gatherRegions}
    } else {
      ${gatherWords}
      x = network[${offsets.textOutput}u + h] * hyperbolic_tangent(x + network[${offsets.textBias}u + h]);
    }
    ${gathered('h * node_quads + node')} = x;
  }
  ${barrier(options)}
  for (var n = lane; n < region_quads * ${H}u; n += ${invocations}u) {
    let node = n / ${H}u;
    let h = n % ${H}u;
    var x = vec4f(network[${offsets.imageHiddenBias}u + h]);
    for (var u = 0u; u < ${H}u; u++) {
      x += network[${offsets.imageHidden}u + u * ${H}u + h] * ${gathered('u * node_quads + node')};
    }
    ${projected('h * node_quads + node')} = network[${offsets.imageOutput}u + h] * hyperbolic_tangent(x);
  }
  ${barrier(options)}
  for (var first = 0u; first < node_quads; first += groups) {
    let node = first + group;
    var sum = vec4f();
    if (node < region_quads) {
      for (var h = within; h < ${H}u; h += ${lanes}u) { sum += ${projected('h * node_quads + node')}; }
    } else if (node < node_quads) {
      for (var h = within; h < ${H}u; h += ${lanes}u) { sum += ${gathered('h * node_quads + node')}; }
    }
    sum = group_sum(sum);
    if (within == 0 && node < node_quads) {
      let bias = select(${offsets.textOutputBias}u, ${offsets.imageOutputBias}u, node < region_quads);
      ${quad(options, 'node_scores', 'node')} = sum + network[bias];
    }
  }`;
}

/** Its error is that of exp; built-in forms overflow on some drivers. */
export const HYPERBOLIC_TANGENT = /* wgsl */ `
fn hyperbolic_tangent(x: vec4f) -> vec4f {
  let e = exp(-2 * abs(x));
  return sign(x) * (1 - e) / (1 + e);
}
`;
