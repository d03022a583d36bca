export {
  createMemory,
  instantiateKernel,
  type KernelRuntime,
  type KernelThreads,
  type MatchKernel,
} from './kernel.ts';
export { createSimdMatcher, type SimdMatcher } from './simd-matcher.ts';
