import { AppError } from '../../errors/index.ts';
import type { MatchPrecision, ModelConfig } from '../../schema/index.ts';
import { type LaidOutImage, MOST_REGIONS } from '../graphs/image-layout.ts';
import type { Arena } from './arena.ts';
import type { MatchKernel } from './kernel.ts';
import { blockSize, pairsLength, prefersGram, roundUp } from './layouts.ts';
import { IMAGE, writeRecord } from './records.ts';

/** One image in the kernel's memory. */
export interface ImageRecord {
  readonly address: number;
  readonly bytes: number;
  readonly regions: number;
}

/**
 * Writes the record of an image. The caller frees its address.
 * @throws AppError `shape_mismatch`, `memory_exhausted`
 */
export function writeImage(
  arena: Arena,
  kernel: MatchKernel,
  network: number,
  { nodes, layout }: LaidOutImage,
  config: ModelConfig,
  precision: MatchPrecision,
): ImageRecord {
  const { kernels: K, jointSize: D, propagation } = config;
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
  const i8 = precision === 'i8';
  const gram = !i8 && prefersGram(regions, d);
  const sizes = i8 ? i8Sizes(kernel, regions, config) : f32Sizes(gram, regions, config);
  const at: Record<string, number> = {};
  let bytes = 64;
  for (const [name, floats] of Object.entries(sizes)) {
    at[name] = bytes;
    bytes += 4 * roundUp(floats);
  }
  const address = arena.allocate(bytes);
  const work = i8 ? kernel.i8PrepareScratch(config.blocks, regions, d) : 4 * lanes * lanes;
  const staging = arena.allocate(4 * (roundUp(nodes.length) + work));
  const field = (name: string) => address + (at[name] ?? 0);
  writeRecord(arena.memory.buffer, address, IMAGE, {
    regions,
    lanes,
    gram: Number(gram),
    nodes: field('nodes'),
    pairs: field('pairs'),
    squares: field('squares'),
    layout: field('layout'),
    scales: field('scales'),
    nodeScales: field('nodeScales'),
    blockScales: field('blockScales'),
  });
  arena.floats(staging, nodes.length).set(nodes);
  const free = staging + 4 * roundUp(nodes.length);
  if (i8) kernel.prepareI8Image(network, address, staging, free);
  else kernel.prepareImage(network, address, staging, free);
  arena.free(staging);
  writeLayout(arena.floats(field('layout'), sizes.layout), layout, regions, lanes, config);
  return { address, bytes, regions };
}

/** Number of 32-bit values in the parts of a record. */
function f32Sizes(gram: boolean, regions: number, config: ModelConfig) {
  const lanes = roundUp(regions);
  return {
    nodes: config.jointSize * lanes,
    pairs: pairsLength(gram, regions, blockSize(config), config.blocks),
    squares: config.blocks * lanes,
    layout: layoutLength(regions, config),
  };
}

/** As `f32Sizes`, for the i8 form. */
function i8Sizes(kernel: MatchKernel, regions: number, config: ModelConfig) {
  const { blocks: T } = config;
  const [d, lanes] = [blockSize(config), roundUp(regions)];
  return {
    nodes: (T * roundUp(d) * lanes) / 4,
    pairs: (T * kernel.factorBytes(regions, d)) / 4,
    squares: T * lanes,
    layout: layoutLength(regions, config),
    scales: T * lanes,
    nodeScales: lanes,
    blockScales: T,
  };
}

function layoutLength(regions: number, { kernels: K, propagation }: ModelConfig): number {
  return (propagation === 'self' ? K : K * regions) * roundUp(regions);
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
