import { AppError } from '../../shared/errors/index.ts';
import type { Parameters } from '../../shared/model/index.ts';
import type { Vocabulary } from '../../shared/text/index.ts';
import { readVectors } from '../word-vectors/read-vectors.ts';

const EMBEDDINGS = 'text_encoder.embed.weight';

/**
 * Parameters whose word embeddings are vectors of a file, each scaled to unit length: that of 300 numbers drawn from ±0.1, as
 * the released code has them, is 1.0 in the mean. Words that the file does not have keep theirs.
 *
 * @throws AppError `argument_invalid` if embeddings have another size than the vectors; of `readVectors`.
 */
export async function embedVectors(
  parameters: Parameters,
  vocabulary: Vocabulary,
  path: string,
): Promise<Parameters> {
  const drawn = parameters.get(EMBEDDINGS);
  if (drawn === undefined) throw new AppError('internal', `there is no parameter ${EMBEDDINGS}`);
  const words = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id));
  const vectors = await readVectors(path, 0, words);
  const size = drawn.shape[1] ?? 0;
  if (vectors.size !== size) {
    throw new AppError(
      'argument_invalid',
      `${path} has vectors of ${vectors.size} numbers, word embeddings have ${size}`,
      { hint: `use --word_dim ${vectors.size}` },
    );
  }
  const data = drawn.data.slice();
  for (const [row, word] of vectors.words.entries()) {
    const vector = vectors.data.subarray(row * size, (row + 1) * size);
    const length = Math.hypot(...vector);
    if (length > 0)
      data.set(
        vector.map((value) => value / length),
        vocabulary.idOf(word) * size,
      );
  }
  return new Map([...parameters, [EMBEDDINGS, { shape: drawn.shape, data }]]);
}
