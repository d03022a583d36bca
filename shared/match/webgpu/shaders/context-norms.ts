import { barrier, type MatchOptions, quad } from './match-options.ts';
import { NUMBERS } from './numbers.ts';

/** One side of a pair: its nodes and what they attend to. */
interface Side {
  /** Quads of the attending nodes. */
  readonly quads: string;
  /** Attended nodes. */
  readonly attended: string;
  /** A quad of the attended nodes' Gram matrices. */
  readonly load: (quad: string) => string;
  readonly attention: 'word_attention' | 'region_attention';
  readonly norms: 'word_norms' | 'region_norms';
  readonly parts: string;
}

/**
 * Matching vectors `matches [T, (R + L) / 4 quads]`, quads of regions first: for every node and block the cosine with
 * its context, `Σ_s a_s P^b / (|x^b| sqrt(aᵀ G^b a))`; no context is computed. Squared norms are summed in parts, each of
 * four nodes by four blocks, by rows of the Gram matrix: `Σ_r a_r (2 Σ_{s < r} G_rs a_s + G_rr a_r)`: 16 multiply-adds
 * for two loads. Matching vectors of nodes beyond R or L are 0.
 */
export function matchingStage(options: MatchOptions): string {
  const { invocations } = options;
  const { blocks: T, blockQuads } = options.dimensions;
  const loadImage = (at: string) => NUMBERS[options.precision].loadGram('image_cells', 'image_gram', at);
  const loadCaption = (at: string) => NUMBERS.f32.loadGram('caption_cells', 'caption_gram', at);
  const words: Side = {
    quads: 'word_quads',
    attended: 'R',
    load: loadImage,
    attention: 'word_attention',
    norms: 'word_norms',
    parts: 'work.word_parts',
  };
  const regions: Side = {
    quads: 'region_quads',
    attended: 'L',
    load: loadCaption,
    attention: 'region_attention',
    norms: 'region_norms',
    parts: 'work.region_parts',
  };
  const matches = (at: string) => quad(options, 'matches', at);
  const four = [0, 1, 2, 3];
  const divide = (side: Side, other: Side, node: string, count: string) => /* wgsl */ `
      for (var part = 0u; part < ${side.parts}; part++) {
        squares += ${quad(options, side.norms, `(part * ${4 * blockQuads} + block) * ${side.quads} + ${node}`)};
      }
      for (var j = 0u; j < 4 && 4 * ${node} + j < ${count}; j++) {
        let n = 4 * ${node} + j;
        // The norm of a node is on the diagonal of the Gram matrices that the contexts of the other side are made of.
        let own = ${other.load(`(n * (n + 1) / 2 + n) * ${blockQuads}u + block / 4`)}[block % 4];
        cosines[j] = sums[j] / max(sqrt(max(own, 0)) * sqrt(max(squares[j], 0)), 1e-8);
      }`;
  return /* wgsl */ `
  for (var n = lane; n < ${T}u * node_quads; n += ${invocations}u) {
    var sum = vec4f();
    if (n < ${T}u * word_quads) {
      let node = n % word_quads;
      let block = n / word_quads;
      ${four.map((j) => `let p${j} = slot + (block * L + min(4 * node + ${j}, L - 1)) * region_quads;`).join('\n      ')}
      for (var q = 0u; q < region_quads; q++) {
        ${four.map((j) => `let w${j} = scratch[p${j} + q];`).join('\n        ')}
        ${four
          .map(
            (j) =>
              `sum += ${quad(options, 'word_attention', `(4 * q + ${j}) * word_quads + node`)} * vec4f(w0[${j}], w1[${j}], w2[${j}], w3[${j}]);`,
          )
          .join('\n        ')}
      }
      ${matches('block * node_quads + region_quads + node')} = sum;
    } else {
      let node = (n - ${T}u * word_quads) % region_quads;
      let block = (n - ${T}u * word_quads) / region_quads;
      for (var w = 0u; w < L; w++) {
        sum += ${quad(options, 'region_attention', 'w * region_quads + node')} * scratch[slot + (block * L + w) * region_quads + node];
      }
      ${matches('block * node_quads + node')} = sum;
    }
  }${sumNorms(options, words)}${sumNorms(options, regions)}
  ${barrier(options)}
  for (var n = lane; n < ${T}u * node_quads; n += ${invocations}u) {
    let node = n % node_quads;
    let block = n / node_quads;
    let sums = ${matches('n')};
    var squares = vec4f();
    var cosines = vec4f();
    if (node < region_quads) {${divide(regions, words, 'node', 'R')}
    } else {
      let word_node = node - region_quads;${divide(words, regions, 'word_node', 'L')}
    }
    ${matches('n')} = cosines;
  }`;
}

/** Parts of the squared norms of the contexts of one side's nodes: `[parts, T / 4 quads * 4, nodes / 4 quads]`. */
function sumNorms(options: MatchOptions, side: Side): string {
  const { blockQuads } = options.dimensions;
  const four = [0, 1, 2, 3];
  const attention = (row: string) => quad(options, side.attention, `${row} * ${side.quads} + node`);
  return /* wgsl */ `
  for (var n = lane; n < ${side.quads} * ${blockQuads}u * ${side.parts}; n += ${options.invocations}u) {
    let block_quad = n % ${blockQuads}u;
    let node = (n / ${blockQuads}u) % ${side.quads};
    let part = n / (${blockQuads}u * ${side.quads});
    ${four.map((j) => `var norm${j} = vec4f();`).join(' ')}
    for (var r = part; r < ${side.attended}; r += ${side.parts}) {
      let row = (r * (r + 1) / 2) * ${blockQuads}u + block_quad;
      ${four.map((j) => `var sum${j} = vec4f();`).join(' ')}
      for (var s = 0u; s < r; s++) {
        let g = ${side.load(`row + s * ${blockQuads}u`)};
        let a = ${attention('s')};
        ${four.map((j) => `sum${j} += g * a[${j}];`).join(' ')}
      }
      let g = ${side.load(`row + r * ${blockQuads}u`)};
      let a = ${attention('r')};
      ${four.map((j) => `norm${j} += a[${j}] * (2 * sum${j} + g * a[${j}]);`).join('\n      ')}
    }
    let at = (part * ${4 * blockQuads}u + 4 * block_quad) * ${side.quads} + node;
    ${four
      .map(
        (c) =>
          `${quad(options, side.norms, `at + ${c} * ${side.quads}`)} = vec4f(${four.map((j) => `norm${j}[${c}]`).join(', ')});`,
      )
      .join('\n    ')}
  }`;
}
