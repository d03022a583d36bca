export type { LaidOutImage } from './simd/image-records.ts';
export {
  createMemory,
  hasRelaxedSimd,
  instantiateKernel,
  type KernelRuntime,
  type KernelThreads,
  type MatchKernel,
} from './simd/kernel.ts';
export { createSimdMatcher, type SimdMatcher } from './simd/simd-matcher.ts';
