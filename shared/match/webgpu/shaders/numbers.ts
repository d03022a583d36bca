import type { Precision } from '../layouts.ts';

/**
 * WGSL for the storage of quads (`../layouts.ts`). float16 is packed in pairs, which needs no feature of the adapter;
 * sums are float32 in any case.
 */
interface Numbers {
  /** Type of a cell. */
  readonly type: string;
  /** A quad of nodes as `vec4f`, of the cell at an index. */
  readonly loadNodes: (buffer: string, cell: string) => string;
  /** A quad of Gram matrices, of their first cell and the quad's number. */
  readonly loadGram: (buffer: string, cell: string, quad: string) => string;
  readonly storeNodes: (buffer: string, cell: string, vector: string) => string;
  readonly storeGram: (buffer: string, cell: string, quad: string, vector: string) => string;
  /** A number as it is read back after storing it in nodes. */
  readonly rounded: (number: string) => string;
}

export const NUMBERS: Readonly<Record<Precision, Numbers>> = {
  f32: {
    type: 'vec4f',
    loadNodes: (buffer, cell) => `${buffer}[${cell}]`,
    loadGram: (buffer, cell, quad) => `${buffer}[${cell} + ${quad}]`,
    storeNodes: (buffer, cell, vector) => `${buffer}[${cell}] = ${vector};`,
    storeGram: (buffer, cell, quad, vector) => `${buffer}[${cell} + ${quad}] = ${vector};`,
    rounded: (number) => number,
  },
  f16: {
    type: 'vec2u',
    loadNodes: (buffer, cell) => `unpack_quad(${buffer}[${cell}])`,
    loadGram: (buffer, cell, quad) =>
      `two_cells(${buffer}[${cell} + 2 * (${quad})], ${buffer}[${cell} + 2 * (${quad}) + 1])`,
    storeNodes: (buffer, cell, vector) => `${buffer}[${cell}] = pack_quad(${vector});`,
    storeGram: (buffer, cell, quad, vector) =>
      `${buffer}[${cell} + 2 * (${quad})] = bitcast<vec2u>((${vector}).xy);
    ${buffer}[${cell} + 2 * (${quad}) + 1] = bitcast<vec2u>((${vector}).zw);`,
    rounded: (number) => `unpack2x16float(pack2x16float(vec2f(${number}, 0))).x`,
  },
};

/** Functions that the expressions above call. */
export const NUMBER_FUNCTIONS = /* wgsl */ `
fn unpack_quad(cell: vec2u) -> vec4f {
  return vec4f(unpack2x16float(cell.x), unpack2x16float(cell.y));
}
fn pack_quad(vector: vec4f) -> vec2u {
  return vec2u(pack2x16float(vector.xy), pack2x16float(vector.zw));
}
fn two_cells(first: vec2u, second: vec2u) -> vec4f {
  return vec4f(bitcast<vec2f>(first), bitcast<vec2f>(second));
}
`;
