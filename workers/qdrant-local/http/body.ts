import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { isOutOfRange } from '../schema/limits.ts';
import { parseJson } from './json.ts';

/** The body of the request, parsed by its schema. Throws what `parseWith` throws. */
export async function readBody<S extends z.ZodType>(context: Context, schema: S): Promise<z.output<S>> {
  const text = await context.req.text();
  return parseWith(schema, parseJson(text), 'the body');
}

/**
 * Parses with a schema; `what` starts the message, which names the position of every problem. Throws `request_invalid`,
 * or `argument_invalid` if the form is right and values are out of their range.
 */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  let parsed: z.ZodSafeParseResult<z.output<S>>;
  try {
    parsed = schema.safeParse(value);
  } catch (cause) {
    // Filters and prefetches can be nested; the stack limits the depth.
    if (cause instanceof RangeError)
      throw new AppError('request_invalid', `${what} is nested too deeply`, { cause });
    throw cause;
  }
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap(told);
  throw new AppError(
    issues.every(isOutOfRange) ? 'argument_invalid' : 'request_invalid',
    `${what}: ${describe(issues)}`,
    { cause: parsed.error },
  );
}

function describe(issues: readonly z.core.$ZodIssue[]): string {
  const texts = issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  return texts.slice(0, 5).join('; ');
}

/** The issues that say most: of a union, those of the branch that got furthest. */
function told(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const best = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a));
  return best.flatMap((inner) => told({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** How far a branch of a union got: to which depth, and whether only a limit was in the way. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(
    ...issues.map((issue) => issue.path.length + (issue.code === 'custom' || isOutOfRange(issue) ? 1 : 0)),
  );
}
