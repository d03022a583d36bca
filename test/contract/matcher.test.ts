import { beforeAll } from 'vitest';
import { createTfjsMatcher } from '../../shared/gsmn/index.ts';
import { createReferenceMatcher } from '../../shared/match/reference/index.ts';
import { createSimdMatcher } from '../../shared/match/simd/index.ts';
import { type NodeKernelOptions, nodeKernelRuntime } from '../../shared/platform/match/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import type { MatchPrecision } from '../../shared/schema/index.ts';
import {
  describeMatchers,
  type MakeMatcher,
  type MatcherCase,
  type MatcherTolerances,
} from './matcher-suite.ts';

const simd =
  (options: NodeKernelOptions, precision: MatchPrecision = 'f32'): MakeMatcher =>
  async (config, parameters) =>
    createSimdMatcher(config, parameters, await nodeKernelRuntime(options), { precision });

/**
 * Bytes compared with float64. No useful bound can be proved: a cosine with a context that almost cancels magnifies every rounding,
 * most of all in blocks of a few numbers and for a single node. Measured over this suite: 0.05 in a score, 0.16 in a region's score,
 * 0.03 in an attention. simd-i8.test.ts shows how close it is at the sizes of real models.
 */
const I8: MatcherTolerances = {
  scores: { absolute: 0.1, relative: 0 },
  evidence: { absolute: 0.3, relative: 0 },
};

/** Every implementation of `Matcher` that needs no device; those on a GPU are in webgpu-matcher.test.ts. */
const MATCHERS: readonly MatcherCase[] = [
  ['the reference', 'reference', async (config, parameters) => createReferenceMatcher(config, parameters)],
  ['tfjs on wasm', 'wasm', async (config, parameters) => createTfjsMatcher('wasm', config, parameters)],
  ['simd, one thread', 'simd', simd({ threads: 1 })],
  // Threads are used even for the smallest calls.
  ['simd, two threads', 'simd', simd({ threads: 2, singleThreadedBelow: 0 })],
  ['simd for older runtimes, without shared memory', 'simd', simd({ relaxed: false, sharedMemory: false })],
  ['simd in i8', 'simd', simd({ threads: 1 }, 'i8'), I8],
];

beforeAll(async () => {
  await loadTfjsBackend('wasm');
});

describeMatchers(MATCHERS);
