import { AppError } from '../../errors/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { type LaidOutImage, MOST_REGIONS } from '../graphs/image-layout.ts';
import type { Arena } from './arena.ts';
import type { MatchKernel } from './kernel.ts';
import { blockSize, pairsLength, prefersGram, roundUp } from './layouts.ts';
import { IMAGE, recordBytes, writeRecord } from './records.ts';

/** One image in the kernel's memory. */
export interface ImageRecord {
  readonly address: number;
  readonly bytes: number;
  readonly regions: number;
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
