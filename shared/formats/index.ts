export { type ByteSource, bytesSource } from './byte-source.ts';
export {
  type ConlluRow,
  type ConlluSentence,
  conlluWords,
  formatConllu,
  parseConllu,
} from './conllu/conllu.ts';
export { type CorenlpDocument, parseCorenlp } from './corenlp/corenlp.ts';
export { float16BitsToFloat32, float32ToFloat16Bits } from './float16.ts';
export type { NpyField } from './npy/item-type.ts';
export { NpyReader, openNpy } from './npy/npy-reader.ts';
export { type NpyArray, type NpyWriteType, npyHeader, writeNpy } from './npy/npy-writer.ts';
export { type NpzReader, openNpz } from './npy/npz.ts';
export type { ElementType, NumberArray, NumberTensor } from './numbers/element-type.ts';
export { PickleFloat } from './pickle/pickle-values.ts';
export type { SafetensorsEntry } from './safetensors/safetensors-header.ts';
export { openSafetensors, type SafetensorsReader } from './safetensors/safetensors-reader.ts';
export { type CompactTensor, type FloatTensor, writeSafetensors } from './safetensors/safetensors-writer.ts';
export type { StoredEvent, TrainingEvent } from './tensorboard/event-message.ts';
export {
  type EventFile,
  type ReadEventsOptions,
  readEvents,
} from './tensorboard/event-reader.ts';
export { type EventEncoder, eventFileName, loadEventEncoder } from './tensorboard/event-writer.ts';
export { readCheckpoint } from './torch/checkpoint.ts';
export { type CheckpointValue, Namespace, OrderedDictionary } from './torch/checkpoint-value.ts';
export { type CheckpointFormat, writeCheckpoint } from './torch/write-checkpoint.ts';
