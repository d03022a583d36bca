import { z } from 'zod';
import { AppError } from '../errors/index.ts';

const id = z.string().regex(/^[0-9a-f]{16}$/);

/** An index's `active.json`: which generation serves, and the one before it. */
export const activeGenerationSchema = z.object({ generation: id, previous: id.nullable() });
export type ActiveGeneration = z.infer<typeof activeGenerationSchema>;

/** Checks what `active.json` holds. */
export function parseActive(value: unknown, name: string): ActiveGeneration {
  const parsed = activeGenerationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('format_invalid', `${name} does not name a generation`, {
    hint: 'run `gsmn index activate <id>` to write it anew',
    cause: parsed.error,
  });
}
