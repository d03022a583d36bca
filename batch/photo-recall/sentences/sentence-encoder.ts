import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { loadOnnxRuntime } from '../../../shared/platform/onnx-runtime.ts';
import { SENTENCE_MODEL_FILES } from '../../../shared/platform/sentence-model-files.ts';
import type { OnProgress } from '../../report.ts';
import { wordPieces } from './word-pieces.ts';

/** Length of a sentence's vector. */
export const SENTENCE_SIZE = 384;
/** Longer sentences are cut, in pieces. Chosen: captions are shorter. */
const LONGEST = 64;
/** Sentences of one pass. Chosen. */
const BATCH = 32;

/**
 * Encodes sentences by all-MiniLM-L6-v2: unit vectors of the mean of its outputs. Progress counts sentences.
 *
 * @param folder that of `npm run setup:sentence-model`.
 * @returns `[sentences, 384]`
 * @throws AppError `file_missing`, `format_invalid`, the signal's reason.
 */
export async function encodeSentences(
  folder: string,
  sentences: readonly string[],
  {
    signal,
    onProgress,
  }: { readonly signal?: AbortSignal | undefined; readonly onProgress?: OnProgress } = {},
): Promise<Float32Array> {
  const read = (name: string) =>
    readFile(join(folder, name)).catch((thrown: unknown) => {
      throw new AppError('file_missing', `there is no sentence encoder ${join(folder, name)}`, {
        hint: 'fetch it: npm run setup:sentence-model',
        cause: thrown,
      });
    });
  const pieces = (await read(SENTENCE_MODEL_FILES.words)).toString('utf8').trimEnd().split('\n');
  const network = await read(SENTENCE_MODEL_FILES.network);
  const ids = sentences.map(wordPieces(pieces, LONGEST));
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const session = await InferenceSession.create(network, { intraOpNumThreads: availableParallelism() });
  try {
    const out = new Float32Array(sentences.length * SENTENCE_SIZE);
    let done = 0;
    for (const batch of equallyLong(ids)) {
      signal?.throwIfAborted();
      const length = ids[batch[0] ?? 0]?.length ?? 0;
      const shape = [batch.length, length];
      const given = BigInt64Array.from(
        batch.flatMap((index) => ids[index] ?? []),
        BigInt,
      );
      const { last_hidden_state: states } = await session.run({
        input_ids: new Tensor('int64', given, shape),
        attention_mask: new Tensor('int64', new BigInt64Array(given.length).fill(1n), shape),
        token_type_ids: new Tensor('int64', new BigInt64Array(given.length), shape),
      });
      if (!(states?.data instanceof Float32Array) || states.data.length !== given.length * SENTENCE_SIZE) {
        throw new AppError(
          'format_invalid',
          `${folder}: the sentence encoder gave no states of ${SENTENCE_SIZE}`,
        );
      }
      for (const [row, index] of batch.entries()) {
        const own = states.data.subarray(row * length * SENTENCE_SIZE, (row + 1) * length * SENTENCE_SIZE);
        out.set(unitMean(own), index * SENTENCE_SIZE);
      }
      done += batch.length;
      onProgress?.(done, sentences.length);
    }
    return out;
  } finally {
    await session.release();
  }
}

/** Sentences of one length in batches: none is padded. */
function equallyLong(ids: readonly (readonly number[])[]): number[][] {
  const order = ids.map((_, index) => index).sort((a, b) => lengthOf(ids, a) - lengthOf(ids, b) || a - b);
  const batches: number[][] = [];
  for (const index of order) {
    const last = batches.at(-1);
    if (last && last.length < BATCH && lengthOf(ids, last[0] ?? 0) === lengthOf(ids, index)) last.push(index);
    else batches.push([index]);
  }
  return batches;
}

const lengthOf = (ids: readonly (readonly number[])[], index: number): number => ids[index]?.length ?? 0;

/** The mean of rows `[L, 384]`, of unit length. */
function unitMean(states: Float32Array): Float32Array {
  const mean = new Float32Array(SENTENCE_SIZE);
  for (const [at, value] of states.entries()) {
    mean[at % SENTENCE_SIZE] = (mean[at % SENTENCE_SIZE] as number) + value;
  }
  const length = Math.hypot(...mean) || 1;
  return mean.map((value) => value / length);
}
