import { AppError } from '../../../shared/errors/index.ts';
import { createTfjsMatcher } from '../../../shared/gsmn/index.ts';
import { batchSpans } from '../../../shared/match/simd/caption-batches.ts';
import { createSimdMatcher } from '../../../shared/match/simd/index.ts';
import { createWebgpuMatcher } from '../../../shared/match/webgpu/index.ts';
import type {
  CaptionGraph,
  ImageGraph,
  Matcher,
  PairScores,
  Parameters,
} from '../../../shared/model/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import { nodeMatchDevice } from '../../../shared/platform/match/webgpu-device.ts';
import type { MatchPrecision, ModelConfig } from '../../../shared/schema/index.ts';
import { multiplyAdds, type PairSizes } from './operations.ts';

/** The input: the same for every contender. */
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
  /** How many of these are in bytes; none by default. */
  readonly ofBytes?: number | undefined;
  /** Pairs of one run; undefined for a contender that matches none. */
  readonly pairs?: number | undefined;
  readonly bytesOfAnImage?: number | undefined;
  /** Bytes of images that are read for each pair: an image is read once for all captions of a batch. */
  readonly bytesOfAPair?: number | undefined;
  /** How far scores may be from the float64 reference. */
  readonly tolerance?: number | undefined;
  /** The work that is timed. */
  run(): Promise<PairScores | undefined>;
  dispose(): Promise<void>;
}

/**
 * float32 compared with float64; bytes compared with float64 for random vectors, whose cosines are small
 * (docs/performance.md has the loss for photographs).
 */
export const TOLERANCES = { f32: 1e-4, i8: 3e-2 } as const satisfies Record<MatchPrecision, number>;

async function matching(
  name: string,
  matcher: Matcher,
  { config, captions, sizes, ...sample }: Sample,
  most: number,
  precision: MatchPrecision = 'f32',
): Promise<Contender> {
  const images = sample.images.slice(0, most);
  const prepared = await matcher.prepareImages(images);
  const pairs = images.length * captions.length;
  const { all, ofBytes } = multiplyAdds(sizes, config, precision);
  return {
    name,
    pairs,
    operations: pairs * all,
    ofBytes: pairs * ofBytes,
    tolerance: TOLERANCES[precision],
    bytesOfAnImage: prepared.bytes / images.length,
    run: () => matcher.score(prepared, captions),
    dispose: async () => {
      prepared.dispose();
      await matcher.dispose();
    },
  };
}

/** The fused kernel on a number of threads. */
export async function simdContender(
  sample: Sample,
  precision: MatchPrecision,
  threads: number,
  relaxed: boolean,
): Promise<Contender> {
  const runtime = await nodeKernelRuntime({ threads, relaxed });
  const matcher = createSimdMatcher(sample.config, sample.parameters, runtime, { precision });
  const name = simdName(precision, threads, relaxed);
  const contender = await matching(name, matcher, sample, Infinity, precision);
  const batches = batchSpans(sample.captions.map(() => sample.sizes.words)).length;
  const bytesOfAPair = ((contender.bytesOfAnImage ?? 0) * batches) / sample.captions.length;
  return { ...contender, bytesOfAPair };
}

/** The name of the fused kernel in the table. */
export function simdName(precision: MatchPrecision, threads: number, relaxed = true): string {
  const form = precision === 'f32' ? 'simd' : `simd ${precision}`;
  return `${form}, ${threads} thread${threads === 1 ? '' : 's'}${relaxed ? '' : ', plain instructions'}`;
}

/** TF.js on wasm, with fewer images: it is an order of magnitude slower. */
export function tfjsContender(sample: Sample): Promise<Contender> {
  return matching('tfjs wasm', createTfjsMatcher('wasm', sample.config, sample.parameters), sample, 8);
}

/** The GPU matcher, if there is an adapter. A software adapter is named as one, and gets fewer images. */
export async function webgpuContender(sample: Sample): Promise<Contender | undefined> {
  const device = await nodeMatchDevice().catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'backend_unavailable') return undefined;
    throw thrown;
  });
  if (device === undefined) return undefined;
  const matcher = await createWebgpuMatcher(sample.config, sample.parameters, device);
  const kind = device.software ? ', software' : '';
  const name = `webgpu (${device.adapter}${kind})`;
  return matching(name, matcher, sample, device.software ? 8 : Infinity);
}
