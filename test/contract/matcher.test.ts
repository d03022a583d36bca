import { beforeAll } from 'vitest';
import { createTfjsMatcher } from '../../shared/gsmn/index.ts';
import { createSimdMatcher } from '../../shared/match/index.ts';
import { createReferenceMatcher } from '../../shared/match/reference/index.ts';
import { type NodeKernelOptions, nodeKernelRuntime } from '../../shared/platform/match/index.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import { describeMatchers, type MakeMatcher, type MatcherCase } from './matcher-suite.ts';

const simd =
  (options: NodeKernelOptions): MakeMatcher =>
  async (config, parameters) =>
    createSimdMatcher(config, parameters, await nodeKernelRuntime(options));

/** Every implementation of `Matcher` that needs no device; those on a GPU are in webgpu-matcher.test.ts. */
const MATCHERS: readonly MatcherCase[] = [
  ['the reference', 'reference', async (config, parameters) => createReferenceMatcher(config, parameters)],
  ['tfjs on wasm', 'wasm', async (config, parameters) => createTfjsMatcher('wasm', config, parameters)],
  ['simd, one thread', 'simd', simd({ threads: 1 })],
  // Threads that are there work on the smallest calls too.
  ['simd, two threads', 'simd', simd({ threads: 2, singleThreadedBelow: 0 })],
  ['simd of older engines, without shared memory', 'simd', simd({ relaxed: false, sharedMemory: false })],
];

beforeAll(async () => {
  await loadTfjsBackend('wasm');
});

describeMatchers(MATCHERS);
