export { assertRange, type ByteSource, bytesSource } from './byte-source.ts';
export { float16BitsToFloat32, float32ToFloat16Bits } from './float16.ts';
export type { NpyField } from './npy/item-type.ts';
export { NpyReader, openNpy } from './npy/npy-reader.ts';
export { type NpyArray, type NpyWriteType, npyHeader, writeNpy } from './npy/npy-writer.ts';
export type { ElementType, NumberArray, NumberTensor } from './numbers/element-type.ts';
export type { SafetensorsEntry } from './safetensors/safetensors-header.ts';
export { openSafetensors, type SafetensorsReader } from './safetensors/safetensors-reader.ts';
export { type FloatTensor, writeSafetensors } from './safetensors/safetensors-writer.ts';
