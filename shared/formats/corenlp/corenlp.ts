import { z } from 'zod';
import { AppError } from '../../errors/index.ts';

const tokenSchema = z.object({
  /** From 1. */
  index: z.number().int().positive(),
  word: z.string(),
  pos: z.string().optional(),
});

const dependencySchema = z.object({
  dep: z.string(),
  governor: z.number().int().nonnegative(),
  dependent: z.number().int().positive(),
  governorGloss: z.string().optional(),
  dependentGloss: z.string().optional(),
});

const sentenceSchema = z.object({
  index: z.number().int().nonnegative().optional(),
  basicDependencies: z.array(dependencySchema),
  tokens: z.array(tokenSchema),
});

const documentSchema = z.object({ sentences: z.array(sentenceSchema) });

/** CoreNLP's JSON output for one text: tokens and basic dependencies of each sentence. */
export type CorenlpDocument = z.output<typeof documentSchema>;

/**
 * Parses the JSON of one text, or of a list of texts.
 * @throws AppError `format_invalid`
 */
export function parseCorenlp(text: string, name: string): CorenlpDocument[] {
  const hint =
    'expected JSON as CoreNLP writes it: {"sentences": [{"basicDependencies": …, "tokens": …}]}, one of them or a list';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('format_invalid', `${name} is not JSON`, { hint, cause });
  }
  const parsed = z.array(documentSchema).safeParse(Array.isArray(value) ? value : [value]);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('format_invalid', `${name}: ${issue?.path.join('.')}: ${issue?.message}`, {
    hint,
    cause: parsed.error,
  });
}
