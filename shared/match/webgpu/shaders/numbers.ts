import type { Precision } from '../layouts.ts';

/**
 * WGSL of how quads are stored, four float32 or, packed by twos, four float16: that form needs no feature of the
 * adapter, and sums are float32 anyway.
 */
interface Numbers {
  /** Type of a quad in its buffer. */
  readonly type: string;
  /** The quad as `vec4f`. */
  readonly load: (quad: string) => string;
  /** What is stored of a `vec4f`. */
  readonly store: (vector: string) => string;
}

export const NUMBERS: Readonly<Record<Precision, Numbers>> = {
  f32: { type: 'vec4f', load: (quad) => quad, store: (vector) => vector },
  f16: {
    type: 'vec2u',
    load: (quad) => `unpack_quad(${quad})`,
    store: (vector) => `pack_quad(${vector})`,
  },
};

/** Functions that the expressions above call. */
export const NUMBER_FUNCTIONS = /* wgsl */ `
fn unpack_quad(quad: vec2u) -> vec4f {
  return vec4f(unpack2x16float(quad.x), unpack2x16float(quad.y));
}
fn pack_quad(vector: vec4f) -> vec2u {
  return vec2u(pack2x16float(vector.xy), pack2x16float(vector.zw));
}
`;
