import { AppError } from '../../errors/index.ts';
import { type ImageGraph, type Parameters, parameter } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { type ImageKernels, imageGates, imageKernelWeights } from '../../vision/index.ts';

/** The most regions of an image that the fused matchers take. */
export const MOST_REGIONS = 128;

/** An encoded image with computed edge weights. */
export interface LaidOutImage {
  /** `[R, D]` */
  readonly nodes: Float32Array;
  /** `self`: gates `[R, K]`; `neighbours`: weights `w_ij^k` as `[K, R, R]`. */
  readonly layout: Float32Array;
}

/** The Gaussian kernels of the image graph among a network's parameters. */
export function imageKernels(parameters: Parameters): ImageKernels {
  const read = (name: string) => parameter(parameters, `image_graph.graph_convolution_1.${name}`).data;
  return {
    meanRho: read('mean_rho'),
    meanTheta: read('mean_theta'),
    sigmaRho: read('precision_rho'),
    sigmaTheta: read('precision_theta'),
  };
}

/** Computes the edge weights of an image. */
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
