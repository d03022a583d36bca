import type { MatchDevice } from './device.ts';
import type { Dimensions, Precision } from './layouts.ts';
import type { Placement } from './placement.ts';
import { edgesShader } from './shaders/edges.ts';
import { matchShader } from './shaders/match.ts';
import { prepareShader } from './shaders/prepare.ts';
import { productsShader, type TileWidth } from './shaders/products.ts';
import { selectShader } from './shaders/select.ts';

/** The shaders of one network, each compiled at its first use. */
export interface Programs {
  /** Computes block products in tiles of this width. */
  products(width: TileWidth): Promise<GPUComputePipeline>;
  /** Compares pairs with this placement of arrays by their block products. */
  match(placement: Placement): Promise<GPUComputePipeline>;
  /** Writes records in this form. */
  prepare(precision: Precision): Promise<GPUComputePipeline>;
  /** Writes the edges of images. */
  edges(): Promise<GPUComputePipeline>;
  /** Finds the best scores. */
  select(entryPoint: 'count' | 'choose' | 'gather'): Promise<GPUComputePipeline>;
}

/** @param precision of the images' nodes */
export function createPrograms(
  { compile, invocations, lanes }: MatchDevice,
  dimensions: Dimensions,
  precision: Precision,
): Programs {
  return {
    products: (width) => compile(productsShader(dimensions, precision, width), 'main'),
    match: ({ spilled, arena }) =>
      compile(matchShader({ dimensions, precision, invocations, lanes, spilled, arena }), 'main'),
    prepare: (stored) => compile(prepareShader(dimensions, stored, invocations), 'main'),
    edges: () => compile(edgesShader(dimensions, invocations), 'main'),
    select: (entryPoint) => compile(selectShader(), entryPoint),
  };
}
