export { createSimdCaptionEncoder } from './simd-caption-encoder.ts';
