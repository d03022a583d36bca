export type { LaidOutImage } from './graphs/image-layout.ts';
export {
  createMemory,
  hasRelaxedSimd,
  instantiateKernel,
  type KernelRuntime,
  type KernelThreads,
  type MatchKernel,
} from './simd/kernel.ts';
export { createSimdMatcher, type SimdMatcher } from './simd/simd-matcher.ts';
