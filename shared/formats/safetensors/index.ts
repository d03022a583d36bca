export type { SafetensorsEntry } from './safetensors-header.ts';
export { openSafetensors, type SafetensorsReader } from './safetensors-reader.ts';
export { type CompactTensor, type FloatTensor, writeSafetensors } from './safetensors-writer.ts';
