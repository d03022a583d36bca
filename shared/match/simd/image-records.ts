import { AppError } from '../../errors/index.ts';
import { type ImageGraph, type Parameters, parameter } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { type ImageKernels, imageGates, imageKernelWeights } from '../../vision/index.ts';
import type { Arena } from './arena.ts';
import type { MatchKernel } from './kernel.ts';
import { blockSize, pairsLength, prefersGram, roundUp } from './layouts.ts';
import { IMAGE, recordBytes, writeRecord } from './records.ts';

/** The most regions of an image that the kernel takes. */
const MOST_REGIONS = 128;

/** An encoded image whose edges are weighed already. */
export interface LaidOutImage {
  /** `[R, D]` */
  readonly nodes: Float32Array;
  /** `self`: gates `[R, K]`; `neighbours`: weights `w_ij^k` as `[K, R, R]`. */
  readonly layout: Float32Array;
}

/** One image in the kernel's memory. */
export interface ImageRecord {
  readonly address: number;
  readonly bytes: number;
  readonly regions: number;
}

/** The kernels of the image graph among a network's parameters. */
export function imageKernels(parameters: Parameters): ImageKernels {
  const read = (name: string) => parameter(parameters, `image_graph.graph_convolution_1.${name}`).data;
  return {
    meanRho: read('mean_rho'),
    meanTheta: read('mean_theta'),
    sigmaRho: read('precision_rho'),
    sigmaTheta: read('precision_theta'),
  };
}

/** Weighs an image's edges. */
export function layOutImage(image: ImageGraph, kernels: ImageKernels, config: ModelConfig): LaidOutImage {
  const { nodes, boxes } = image;
  if (config.propagation === 'self') return { nodes, layout: imageGates(boxes, kernels) };
  const weights = imageKernelWeights(boxes, kernels);
  const layout = new Float32Array(weights.length);
  const edges = weights.length / config.kernels;
  for (let edge = 0; edge < edges; edge++) {
    for (let k = 0; k < config.kernels; k++)
      layout[k * edges + edge] = weights[edge * config.kernels + k] as number;
  }
  return { nodes, layout };
}

/**
 * R of an image.
 * @throws AppError `shape_mismatch` where nodes and boxes do not belong together or are too many
 */
export function regionCount(image: ImageGraph | undefined, index: number, config: ModelConfig): number {
  const [nodes, boxes] = [image?.nodes.length ?? 0, image?.boxes.length ?? 0];
  const regions = boxes / 4;
  if (regions < 1 || regions > MOST_REGIONS || nodes !== regions * config.jointSize) {
    throw new AppError(
      'shape_mismatch',
      `image ${index} has ${nodes} node numbers and ${boxes} box numbers, expected [R, ${config.jointSize}] and [R, 4] ` +
        `with R from 1 to ${MOST_REGIONS}`,
    );
  }
  return regions;
}

/**
 * Writes an image's record. The caller frees its address.
 * @throws AppError `shape_mismatch`, `memory_exhausted`
 */
export function writeImage(
  arena: Arena,
  kernel: MatchKernel,
  network: number,
  { nodes, layout }: LaidOutImage,
  config: ModelConfig,
): ImageRecord {
  const { blocks: T, kernels: K, jointSize: D, propagation } = config;
  const d = blockSize(config);
  const regions = nodes.length / D;
  const lanes = roundUp(regions);
  const expected = propagation === 'self' ? regions * K : K * regions * regions;
  if (!(regions >= 1 && regions <= MOST_REGIONS && Number.isInteger(regions)) || layout.length !== expected) {
    throw new AppError(
      'shape_mismatch',
      `an image of ${nodes.length} node numbers and ${layout.length} of layout, expected [R, ${D}] and ` +
        `${propagation === 'self' ? `[R, ${K}]` : `[${K}, R, R]`} with R from 1 to ${MOST_REGIONS}`,
    );
  }
  const gram = prefersGram(regions, d);
  const sizes = {
    nodes: D * lanes,
    pairs: pairsLength(gram, regions, d, T),
    squares: T * lanes,
    layout: propagation === 'self' ? K * lanes : K * regions * lanes,
  };
  const header = 64;
  const bytes = header + 4 * (sizes.nodes + roundUp(sizes.pairs) + sizes.squares + sizes.layout);
  const address = arena.allocate(bytes);
  const staging = arena.allocate(4 * (nodes.length + 4 * lanes * lanes) + recordBytes(IMAGE));
  const at = {
    nodes: address + header,
    pairs: address + header + 4 * sizes.nodes,
    squares: address + header + 4 * (sizes.nodes + roundUp(sizes.pairs)),
    layout: address + header + 4 * (sizes.nodes + roundUp(sizes.pairs) + sizes.squares),
  };
  writeRecord(arena.memory.buffer, address, IMAGE, { regions, lanes, gram: Number(gram), ...at });
  arena.floats(staging, nodes.length).set(nodes);
  kernel.prepareImage(network, address, staging, staging + 4 * 4 * Math.ceil(nodes.length / 4));
  arena.free(staging);
  writeLayout(arena.floats(at.layout, sizes.layout), layout, regions, lanes, config);
  return { address, bytes, regions };
}

/** `[R, K]` to `[K, Rr]`, or `w_ij^k [K, R, R]` to `[K, j: R, i: Rr]`; 0 for padded regions. */
function writeLayout(
  out: Float32Array,
  layout: Float32Array,
  regions: number,
  lanes: number,
  { kernels: K, propagation }: ModelConfig,
): void {
  out.fill(0);
  if (propagation === 'self') {
    for (let i = 0; i < regions; i++) {
      for (let k = 0; k < K; k++) out[k * lanes + i] = layout[i * K + k] as number;
    }
    return;
  }
  for (let k = 0; k < K; k++) {
    for (let i = 0; i < regions; i++) {
      for (let j = 0; j < regions; j++) {
        out[(k * regions + j) * lanes + i] = layout[(k * regions + i) * regions + j] as number;
      }
    }
  }
}
