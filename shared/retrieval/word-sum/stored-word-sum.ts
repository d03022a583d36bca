import { z } from 'zod';
import type { StoredRecallEncoder } from '../recall-encoder.ts';
import { readSide, type TensorShapes } from '../stored-encoder.ts';

const size = z.number().int().nonnegative();

/**
 * How numbers of an image are read: as they are; as square roots, for activations; or as the square roots of the `count`
 * largest, scaled to the sum 1, for shares of classes.
 */
const partSchema = z.discriminatedUnion('read', [
  z.object({ read: z.literal('plain'), from: size, to: size }),
  z.object({ read: z.literal('roots'), from: size, to: size }),
  z.object({ read: z.literal('largest'), from: size, to: size, count: z.number().int().positive() }),
]);

/** Numbers `[from, to)` of the description of an image. */
export type DescriptionPart = z.infer<typeof partSchema>;

/** What a word sum reads, and its sizes; its numbers are in the tensors. */
const configSchema = z.object({
  format: z.literal('gsmn-recall-encoder'),
  version: z.literal(1),
  kind: z.literal('word-sum'),
  /** Length of a coarse vector. */
  dimensions: z.number().int().positive(),
  image: z
    .object({
      /** W, the numbers of a description (`RecallImage.whole`). */
      size: z.number().int().positive(),
      parts: z.array(partSchema).min(1),
    })
    .refine(
      ({ size: most, parts }) => parts.every(({ from, to }) => from < to && to <= most),
      'a part is empty or not within the description',
    ),
  text: z.object({
    /** The word or pair of each row. A pair is two words with a space between them. */
    words: z
      .array(z.string().min(1))
      .refine((words) => new Set(words).size === words.length, 'a word has two rows'),
    /** Words that pairs skip: in "a dog in the snow" these are "dog snow". */
    skipped: z.array(z.string().min(1)),
  }),
});
export type WordSumConfig = z.infer<typeof configSchema>;

/** A word sum as it is stored with the model (`coarse.json`, `coarse.safetensors`). */
export interface StoredWordSum extends StoredRecallEncoder {
  readonly config: WordSumConfig;
}

export const IMAGE_TENSORS = {
  /** A row per dimension, over the numbers of all parts. */
  'image.projection': ({ dimensions, image }) => [dimensions, describedSize(image.parts)],
  /** Subtracted after projecting. */
  'image.offset': ({ dimensions }) => [dimensions],
} as const satisfies TensorShapes<WordSumConfig>;

export const TEXT_TENSORS = {
  'text.rows': ({ dimensions, text }) => [text.words.length, dimensions],
  /** Subtracted from the sum of the rows. */
  'text.offset': ({ dimensions }) => [dimensions],
} as const satisfies TensorShapes<WordSumConfig>;

/** How many numbers the parts have together. */
export function describedSize(parts: readonly DescriptionPart[]): number {
  return parts.reduce((sum, { from, to }) => sum + to - from, 0);
}

/**
 * Checks one side of a stored word sum.
 *
 * @param wanted the tensors of the side.
 * @throws AppError of `readSide`.
 */
export function readWordSum<Name extends string>(
  stored: StoredRecallEncoder,
  wanted: Readonly<Record<Name, TensorShapes<WordSumConfig>[string]>>,
  where: string,
) {
  return readSide(configSchema, stored, wanted, where);
}
