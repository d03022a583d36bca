import { resolve } from 'node:path';

/** Where `npm run setup:sentence-model` puts the sentence encoder. */
export const SENTENCE_MODEL_FOLDER = resolve(import.meta.dirname, '../../.build/sentence-model');

export const SENTENCE_MODEL_FILES = {
  /** ONNX: ids and mask `[sentences, L]` to `[sentences, L, 384]`. */
  network: 'model.onnx',
  /** A word piece in each line, in the order of the ids. */
  words: 'vocab.txt',
} as const;
