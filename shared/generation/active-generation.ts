import { z } from 'zod';
import { AppError } from '../errors/index.ts';

const id = z.string().regex(/^[0-9a-f]{16}$/);

/** The file `active.json` of an index: which generation is active, and which one was before. */
export const activeGenerationSchema = z.object({ generation: id, previous: id.nullable() });
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
