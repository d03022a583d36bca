import { createTfjsMatcher } from '../../../shared/gsmn/index.ts';
import { createMemory, createSimdMatcher, instantiateKernel } from '../../../shared/match/index.ts';
import type {
  CaptionGraph,
  ImageGraph,
  Matcher,
  PairScores,
  Parameters,
} from '../../../shared/model/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import type { ModelConfig } from '../../../shared/schema/index.ts';
import { multiplyAdds, type PairSizes } from './operations.ts';

/** What is matched: the same for every contender. */
export interface Sample {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly images: readonly ImageGraph[];
  readonly captions: readonly CaptionGraph[];
  readonly sizes: PairSizes;
}

/** Something that is timed. */
export interface Contender {
  readonly name: string;
  /** Multiply-adds of one run. */
  readonly operations: number;
  /** Pairs of one run; undefined for what matches none. */
  readonly pairs?: number | undefined;
  readonly bytesOfAnImage?: number | undefined;
  /** The work that is timed. */
  run(): Promise<PairScores | undefined>;
  dispose(): Promise<void>;
}

async function matching(
  name: string,
  matcher: Matcher,
  { config, captions, sizes, ...sample }: Sample,
  most: number,
): Promise<Contender> {
  const images = sample.images.slice(0, most);
  const prepared = await matcher.prepareImages(images);
  const pairs = images.length * captions.length;
  return {
    name,
    pairs,
    operations: pairs * multiplyAdds(sizes, config).all,
    bytesOfAnImage: prepared.bytes / images.length,
    run: () => matcher.score(prepared, captions),
    dispose: async () => {
      prepared.dispose();
      await matcher.dispose();
    },
  };
}

/** The fused kernel on some threads. */
export async function simdContender(sample: Sample, threads: number, relaxed: boolean): Promise<Contender> {
  const runtime = await nodeKernelRuntime({ threads, relaxed });
  const matcher = createSimdMatcher(sample.config, sample.parameters, runtime);
  const build = relaxed ? '' : ', plain instructions';
  return matching(`simd, ${threads} thread${threads === 1 ? '' : 's'}${build}`, matcher, sample, Infinity);
}

/** TF.js on wasm, over fewer images: it is slower by an order of magnitude. */
export function tfjsContender(sample: Sample): Promise<Contender> {
  return matching('tfjs wasm', createTfjsMatcher('wasm', sample.config, sample.parameters), sample, 8);
}

/**
 * The yardstick: nothing but the block products of pairs, by the same kernel's tiles, over numbers that stay in the
 * cache.
 */
export async function productContender({ config, sizes }: Sample): Promise<Contender> {
  const runtime = await nodeKernelRuntime();
  const memory = createMemory(runtime);
  memory.grow(64);
  const kernel = instantiateKernel(runtime.module, memory);
  const d = config.jointSize / config.blocks;
  const [rows, columns, times] = [6 * sizes.words, sizes.regions, 4000];
  const [a, b, c] = [65_536, 1_048_576, 2_097_152];
  return {
    name: 'bare products, 1 thread',
    operations: times * rows * columns * d,
    run: async () => {
      for (let count = 0; count < times; count++) {
        kernel.multiply(a, 0, rows, b, 0, columns, d, c, 4 * columns, 0);
      }
      return undefined;
    },
    dispose: async () => {},
  };
}
