export type { BestImage } from './best-images.ts';
export { type DeviceOptions, type MatchDevice, openDevice } from './device.ts';
export { createWebgpuMatcher, type WebgpuMatcher, type WebgpuMatcherOptions } from './webgpu-matcher.ts';
