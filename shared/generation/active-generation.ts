import { z } from 'zod';
import { AppError } from '../errors/index.ts';

const id = z.string().regex(/^[0-9a-f]{16}$/);

/**
 * The file `active.json` of an index: which generation is active, the SHA-256 of its manifest's bytes, and which generation was active
 * before. Indexes of older programs lack the sum. Unknown names are refused, so that damage to a name is noticed.
 */
export const activeGenerationSchema = z.strictObject({
  generation: id,
  manifest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  previous: id.nullable(),
});
export type ActiveGeneration = z.infer<typeof activeGenerationSchema>;

/** Checks the contents of `active.json`. */
export function parseActive(value: unknown, name: string): ActiveGeneration {
  const parsed = activeGenerationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('format_invalid', `${name} does not name a generation`, {
    hint: 'run `gsmn index activate <id>` to write it again',
    cause: parsed.error,
  });
}
