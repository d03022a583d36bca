import { createSimdMatcher } from '../../../shared/match/simd/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import { type MatchPrecision, matchPrecisionSchema } from '../../../shared/schema/index.ts';
import { check } from './check.ts';
import { TOLERANCES } from './contenders.ts';
import { randomSample } from './random-sample.ts';

/** Seconds for the scores of a whole test split on all threads, including the layout of images and captions. */
export async function allPairs(): Promise<{ precision: MatchPrecision; seconds: number }[]> {
  const sample = randomSample(1024, 'self', { images: 1000, captions: 5000 });
  const results: { precision: MatchPrecision; seconds: number }[] = [];
  for (const precision of matchPrecisionSchema.options) {
    const runtime = await nodeKernelRuntime();
    const matcher = createSimdMatcher(sample.config, sample.parameters, runtime, { precision });
    const began = performance.now();
    const prepared = await matcher.prepareImages(sample.images);
    const scores = await matcher.score(prepared, sample.captions);
    results.push({ precision, seconds: (performance.now() - began) / 1000 });
    const done = {
      name: precision,
      operations: 0,
      tolerance: TOLERANCES[precision],
      run: async () => scores,
      dispose: async () => {},
    };
    await check(done, sample);
    prepared.dispose();
    await matcher.dispose();
  }
  return results;
}
