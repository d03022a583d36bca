import { AppError } from '../errors/index.ts';
import {
  assertImageFeatures,
  assertParameters,
  type Encoder,
  type Parameters,
  parameter,
  yieldToEventLoop,
} from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { paddedSize, TILE } from './gru-layer.ts';
import { instantiateEncodeKernel } from './kernel.ts';
import { LinearMemory } from './linear-memory.ts';
import { evenRows, ROWS_AT_ONCE } from './run-gru-layer.ts';

/** The half of an encoder that makes nodes of regions. */
export type ImageEncoder = Pick<Encoder, 'backend' | 'encodeImages' | 'dispose'>;

/**
 * GSMN's image encoder as a kernel in WebAssembly SIMD, on the calling thread, float32: `v = l2norm(W x + b)` for each
 * region, the same bits whatever is encoded together with it. It keeps a copy of the image encoder's parameters until
 * `dispose`.
 *
 * @param module the built kernel
 * @throws AppError `shape_mismatch` for parameters that do not fit the configuration, `memory_exhausted`
 */
export function createSimdImageEncoder(
  config: ModelConfig,
  parameters: Parameters,
  module: WebAssembly.Module,
): ImageEncoder {
  assertParameters(config, parameters, 'image_encoder.');
  const { imageFeatureSize: F, jointSize: D, normalizeImages } = config;
  const padded = paddedSize(D);
  let memory: LinearMemory | undefined = new LinearMemory();
  const kernel = instantiateEncodeKernel(module, memory.memory);
  const weights = memory.take(4 * F * padded);
  const bias = memory.take(4 * padded);
  const matrix = parameter(parameters, 'image_encoder.fc.weight').data;
  for (let d = 0; d < D; d++) {
    const tile = memory.floats(weights + 4 * F * (d - (d % TILE)), TILE * F);
    for (let f = 0; f < F; f++) tile[TILE * f + (d % TILE)] = matrix[d * F + f] as number;
  }
  memory.floats(bias, D).set(parameter(parameters, 'image_encoder.fc.bias').data);

  /** Nodes `[rows, D]` of at most `ROWS_AT_ONCE` regions. */
  const encodeSome = (own: LinearMemory, features: Float32Array): Float32Array => {
    const rows = features.length / F;
    const even = evenRows(rows);
    const parts = own.scratchParts({
      indices: rows,
      features: rows * F,
      x: even * F,
      products: even * padded,
      nodes: rows * D + 4,
    });
    own.integers(parts.indices, rows).set(Int32Array.from({ length: rows }, (_, row) => row));
    own.floats(parts.features, rows * F).set(features);
    kernel.pack(parts.features, 4 * F, parts.indices, rows, F, even, parts.x);
    kernel.project(parts.x, even, F, weights, bias, padded, parts.products);
    kernel.finish(parts.products, rows, 1, D, padded, Number(normalizeImages), parts.nodes);
    return own.floats(parts.nodes, rows * D);
  };

  return {
    backend: 'simd',
    encodeImages: async (features, images, regions) => {
      assertImageFeatures(config, features, images, regions);
      const rows = images * regions;
      const nodes = new Float32Array(rows * D);
      for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
        if (from > 0 && from % (64 * ROWS_AT_ONCE) === 0) await yieldToEventLoop();
        if (memory === undefined) throw new AppError('argument_invalid', 'the encoder was disposed of');
        const to = Math.min(rows, from + ROWS_AT_ONCE);
        nodes.set(encodeSome(memory, features.subarray(from * F, to * F)), from * D);
      }
      return nodes;
    },
    dispose: async () => {
      memory = undefined;
    },
  };
}
