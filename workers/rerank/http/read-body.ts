import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { repeatedMember } from '../../../shared/formats/json/json-losses.ts';
import { givenTwice, readLimited } from '../../../shared/http/index.ts';

/**
 * The JSON body of the request, checked against a schema. Reading stops as soon as the body is too large, whatever its
 * headers say.
 *
 * @throws AppError `request_too_large`, `request_invalid`.
 */
export async function readBody<S extends z.ZodType>(
  c: Context,
  schema: S,
  maxBytes: number,
): Promise<z.output<S>> {
  const text = new TextDecoder().decode(
    await readLimited(c.req.raw, maxBytes, 'request fewer images at a time'),
  );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('request_invalid', 'the body is not JSON', { cause });
  }
  const repeated = repeatedMember(text);
  if (repeated !== undefined) throw givenTwice(repeated);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new AppError('request_invalid', `the body is invalid: ${where}${issue?.message}`, {
    cause: parsed.error,
  });
}
