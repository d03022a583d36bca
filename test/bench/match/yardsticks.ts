import process from 'node:process';
import { createMemory, instantiateKernel } from '../../../shared/match/simd/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import type { Contender, Sample } from './contenders.ts';
import { type Spread, spread } from './measure.ts';
import { YARDSTICKS } from './roofline.ts';

/** Tiles of products that stay in the first-level cache, and how often they are repeated. */
const TIMES = 4000;

/**
 * The yardsticks of computing: only the block products of pairs, with the tiles of the same kernel, over numbers that
 * stay in the cache; in float32 and in bytes.
 */
export async function productContenders({ config, sizes }: Sample): Promise<[f32: Contender, i8: Contender]> {
  const runtime = await nodeKernelRuntime();
  const memory = createMemory(runtime);
  memory.grow(64);
  const kernel = instantiateKernel(runtime.module, memory);
  const d = config.jointSize / config.blocks;
  const [rows, columns] = [6 * sizes.words, sizes.regions];
  const [a, b, c, scales] = [65_536, 1_048_576, 2_097_152, 3_145_728];
  const contender = (name: string, multiply: () => void): Contender => ({
    name,
    operations: TIMES * rows * columns * d,
    run: async () => {
      for (let count = 0; count < TIMES; count++) multiply();
      return undefined;
    },
    dispose: async () => {},
  });
  const groups = Math.ceil(d / 4);
  return [
    contender(YARDSTICKS.f32, () => kernel.multiply(a, 0, rows, b, 0, columns, d, c, 4 * columns, 0)),
    contender(YARDSTICKS.i8, () =>
      kernel.multiplyI8(a, rows, b, columns, groups, scales, scales, scales, c, 4 * columns),
    ),
  ];
}

/** Eight times the last-level cache of the machines used. */
const READ_BYTES = 2 ** 28;

/**
 * The yardstick of memory: gigabytes that one thread of the kernel reads per second, from more memory than the caches
 * hold.
 */
export async function readBandwidth(rounds: number): Promise<Spread> {
  const runtime = await nodeKernelRuntime();
  const memory = createMemory(runtime);
  memory.grow(READ_BYTES / 65_536);
  const kernel = instantiateKernel(runtime.module, memory);
  const from = 65_536;
  // Written once, or the system would map one page of zeros everywhere.
  new Uint32Array(memory.buffer, from, READ_BYTES / 4).fill(3);
  const speeds: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const usage = process.cpuUsage();
    const sum = kernel.addUp(from, READ_BYTES);
    const { user, system } = process.cpuUsage(usage);
    const expected = (3 * (READ_BYTES / 4)) | 0;
    if (sum !== expected) throw new Error(`reading added up to ${sum}, not to ${expected}`);
    if (round >= 0) speeds.push(READ_BYTES / 1e9 / ((user + system) / 1e6));
  }
  return spread(speeds);
}
