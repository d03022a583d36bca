export type { NpyField } from './item-type.ts';
export { NpyReader, openNpy } from './npy-reader.ts';
export { type NpyArray, type NpyWriteType, npyHeader, writeNpy } from './npy-writer.ts';
