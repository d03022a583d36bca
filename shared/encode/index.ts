export { groupsByLength } from './groups.ts';
export { type GruLayer, writeGruLayer } from './gru-layer.ts';
export { type EncodeKernel, instantiateEncodeKernel } from './kernel.ts';
export { LinearMemory } from './linear-memory.ts';
export { type EncodeMachine, evenRows, gruScratch, projectInputs, runGruLayer } from './run-gru-layer.ts';
export { createSimdCaptionEncoder } from './simd-caption-encoder.ts';
export { createSimdImageEncoder } from './simd-image-encoder.ts';
