import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { repeatedMember } from '../../../shared/formats/json/json-losses.ts';
import { givenTwice } from '../../../shared/http/index.ts';

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
  const text = await readText(c, maxBytes);
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

async function readText(c: Context, maxBytes: number): Promise<string> {
  const tooLarge = (): AppError =>
    new AppError('request_too_large', `the body is larger than ${maxBytes} bytes`, {
      hint: 'request fewer images at a time',
    });
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw tooLarge();
  const { body } = c.req.raw;
  if (body === null) return '';
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  let bytes = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    bytes += piece.value.byteLength;
    // Not cancelled: the server reads the rest away, then answers.
    if (bytes > maxBytes) throw tooLarge();
    text += decoder.decode(piece.value, { stream: true });
  }
  return text + decoder.decode();
}
