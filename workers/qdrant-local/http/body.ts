import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { parseJson } from './json.ts';

/** The body of the request, parsed by its schema. Throws `request_invalid` with the position of every problem. */
export async function readBody<S extends z.ZodType>(context: Context, schema: S): Promise<z.output<S>> {
  const text = await context.req.text();
  return parseWith(schema, parseJson(text), 'the body');
}

/** Parses with a schema; `what` starts the message. */
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
  throw new AppError('request_invalid', `${what}: ${describe(parsed.error.issues)}`, { cause: parsed.error });
}

function describe(issues: readonly z.core.$ZodIssue[]): string {
  const texts = issues.flatMap((issue): string[] => {
    // Of a union, the branch that got furthest is the most informative.
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const best = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a));
      return [describe(best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))];
    }
    return [issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message];
  });
  return texts.slice(0, 5).join('; ');
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(...issues.map(({ path, code }) => path.length + (code === 'custom' ? 1 : 0)));
}
