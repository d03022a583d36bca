import { z } from 'zod';
import { SEARCH_LIMITS } from './search-limits.ts';

const { sentences, weight: largest, not: denied } = SEARCH_LIMITS;

/** One sentence of a search. */
export const sentenceSchema = z
  .string()
  .trim()
  .min(1)
  .max(SEARCH_LIMITS.queryCharacters)
  .refine((text) => text.isWellFormed(), 'has half of a character');

/** How much a sentence counts among others. */
const weightSchema = z
  .number()
  .gt(0)
  .max(largest)
  .meta({ description: `More than 0, at most ${largest}. Only how weights compare counts.` });

/** A sentence, or several, as an address repeats them. */
export const sentencesSchema = z.preprocess(
  (given) => (typeof given === 'string' ? [given] : given),
  z.array(sentenceSchema).min(1).max(sentences),
);

/** Weights as an address has them. */
export const WEIGHTS = /^\d{1,3}(\.\d{1,6})?(,\d{1,3}(\.\d{1,6})?)*$/;

/** The weights of several sentences, separated by commas. */
export const weightsSchema = z
  .string()
  .regex(WEIGHTS, 'is numbers with commas between them: 2,1')
  .transform((text) => text.split(',').map(Number))
  .pipe(z.array(weightSchema).max(sentences));

/** Several sentences of a body. */
export const weightedSentencesSchema = z
  .array(z.strictObject({ q: sentenceSchema, weight: weightSchema.default(1) }))
  .min(1)
  .max(sentences);

/** How an image is named among phrases. */
const IMAGE = /^id:(\d{1,15})$/;

const deniedSchema = z.array(sentenceSchema).min(1).max(denied);

/** What images should not show, or look like, as a body lists it. */
export const notSchema = deniedSchema.transform((list) => ({
  phrases: list.filter((text) => !IMAGE.test(text)),
  images: [...new Set(list.flatMap((text) => IMAGE.exec(text)?.[1] ?? []).map(Number))],
}));
/** Phrases, and ids of images. */
export type Denied = z.output<typeof notSchema>;

/** The same as an address repeats it. */
export const repeatedNotSchema = z.preprocess(
  (given) => (typeof given === 'string' ? [given] : given),
  notSchema,
);

/** The id of a generation. */
export const generationIdSchema = z.string().regex(/^[0-9a-f]{16}$/, 'is not the id of a generation');
