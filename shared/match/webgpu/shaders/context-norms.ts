import { barrier, element, type MatchOptions } from './match-options.ts';
import { NUMBERS } from './numbers.ts';

/** One side of a pair: its nodes and what they attend to. */
interface Side {
  /** Attending nodes, and their quads. */
  readonly quads: string;
  readonly lanes: string;
  /** Attended nodes. */
  readonly attended: string;
  /** A quad of the attended nodes' Gram matrices. */
  readonly load: (quad: string) => string;
  readonly attention: 'word_attention' | 'region_attention';
  readonly norms: 'word_norms' | 'region_norms';
  readonly parts: string;
}

/**
 * Matching vectors `matches [R + L, T]`: for every node and block the cosine with its context, `Σ_s a_s P^b / (|x^b|
 * sqrt(aᵀ G^b a))`; no context is computed. Squared norms are summed in parts, each of four nodes by four blocks, by
 * rows of the Gram matrix: `Σ_r a_r (2 Σ_{s < r} G_rs a_s + G_rr a_r)`.
 */
export function matchingStage(options: MatchOptions): string {
  const { blocks: T, blockQuads } = options.dimensions;
  const loadImage = (quad: string) => NUMBERS[options.precision].loadGram('image_cells', 'image_gram', quad);
  const loadCaption = (quad: string) => NUMBERS.f32.loadGram('caption_cells', 'caption_gram', quad);
  const words: Side = {
    quads: 'word_quads',
    lanes: 'word_lanes',
    attended: 'R',
    load: loadImage,
    attention: 'word_attention',
    norms: 'word_norms',
    parts: 'work.word_parts',
  };
  const regions: Side = {
    quads: 'region_quads',
    lanes: 'region_lanes',
    attended: 'L',
    load: loadCaption,
    attention: 'region_attention',
    norms: 'region_norms',
    parts: 'work.region_parts',
  };
  const matches = (at: string) => element(options, 'matches', at);
  const norm = ({ norms, parts, lanes }: Side, node: string) => `
      for (var part = 0u; part < ${parts}; part++) {
        squares += ${element(options, norms, `(part * ${lanes} + ${node}) * ${4 * blockQuads}u + block`)};
      }`;
  // The norm of a node is on the diagonal of the Gram matrices that the contexts of the other side are made of.
  const own = (side: Side, node: string) =>
    `own = ${side.load(`(${node} * (${node} + 1) / 2 + ${node}) * ${blockQuads}u + block / 4`)}[block % 4];`;
  return /* wgsl */ `
  for (var n = lane; n < nodes * ${T}u; n += ${options.invocations}u) {
    let node = n / ${T}u;
    let block = n % ${T}u;
    var sum = 0f;
    if (node < R) {
      for (var w = 0u; w < L; w++) {
        sum += ${element(options, 'region_attention', 'w * region_lanes + node')}
          * ${element(options, 'products', '(block * L + w) * region_lanes + node')};
      }
    } else {
      let w = node - R;
      for (var r = 0u; r < R; r++) {
        sum += ${element(options, 'word_attention', 'r * word_lanes + w')}
          * ${element(options, 'products', '(block * L + w) * region_lanes + r')};
      }
    }
    ${matches(`node * ${4 * blockQuads}u + block`)} = sum;
  }
  ${barrier(options)}${sumNorms(options, words)}${sumNorms(options, regions)}
  ${barrier(options)}
  for (var n = lane; n < nodes * ${T}u; n += ${options.invocations}u) {
    let node = n / ${T}u;
    let block = n % ${T}u;
    var own = 0f;
    var squares = 0f;
    if (node < R) {
      ${own(words, 'node')}${norm(regions, 'node')}
    } else {
      let w = node - R;
      ${own(regions, 'w')}${norm(words, 'w')}
    }
    let length = sqrt(max(own, 0)) * sqrt(max(squares, 0));
    ${matches(`node * ${4 * blockQuads}u + block`)} /= max(length, 1e-8);
  }`;
}

/** Parts of the squared norms of the contexts of one side's nodes. */
function sumNorms(options: MatchOptions, side: Side): string {
  const { blockQuads } = options.dimensions;
  const four = [0, 1, 2, 3];
  const attention = (row: string, node: number) =>
    element(options, side.attention, `${row} * ${side.lanes} + 4 * quad + ${node}`);
  return /* wgsl */ `
  for (var n = lane; n < ${side.quads} * ${blockQuads}u * ${side.parts}; n += ${options.invocations}u) {
    let block_quad = n % ${blockQuads}u;
    let quad = (n / ${blockQuads}u) % ${side.quads};
    let part = n / (${blockQuads}u * ${side.quads});
    ${four.map((j) => `var norm${j} = vec4f();`).join(' ')}
    for (var r = part; r < ${side.attended}; r += ${side.parts}) {
      let row = (r * (r + 1) / 2) * ${blockQuads}u + block_quad;
      ${four.map((j) => `var sum${j} = vec4f();`).join(' ')}
      for (var s = 0u; s < r; s++) {
        let g = ${side.load(`row + s * ${blockQuads}u`)};
        ${four.map((j) => `sum${j} += g * ${attention('s', j)};`).join('\n        ')}
      }
      let g = ${side.load(`row + r * ${blockQuads}u`)};
      ${four.map((j) => `let a${j} = ${attention('r', j)}; norm${j} += a${j} * (2 * sum${j} + g * a${j});`).join('\n      ')}
    }
    let at = (part * ${side.lanes} + 4 * quad) * ${4 * blockQuads}u + 4 * block_quad;
    ${four
      .flatMap((j) =>
        four.map(
          (c) => `${element(options, side.norms, `at + ${j * 4 * blockQuads + c}`)} = norm${j}[${c}];`,
        ),
      )
      .join('\n    ')}
  }`;
}
