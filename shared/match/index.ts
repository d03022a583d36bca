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
export type { BestImage } from './webgpu/best-images.ts';
export { type DeviceOptions, type MatchDevice, openDevice } from './webgpu/device.ts';
export {
  createWebgpuMatcher,
  type WebgpuMatcher,
  type WebgpuMatcherOptions,
} from './webgpu/webgpu-matcher.ts';
