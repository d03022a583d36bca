export { PickleFloat } from '../pickle/pickle-values.ts';
export { readCheckpoint } from './checkpoint.ts';
export { type CheckpointValue, Namespace, OrderedDictionary } from './checkpoint-value.ts';
export { type CheckpointFormat, writeCheckpoint } from './write-checkpoint.ts';
