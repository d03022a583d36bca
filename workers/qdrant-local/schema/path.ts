import { z } from 'zod';
import { type PayloadPath, parsePath } from '../payload/payload-path.ts';
import { beyond, LIMITS } from './limits.ts';

/** A path into payloads. A long one is refused before it is read. */
export const pathSchema = z.string().transform((text, context): PayloadPath => {
  if (text.length > LIMITS.pathCharacters) {
    context.addIssue(beyond(`a payload path has more than ${LIMITS.pathCharacters} characters`));
    return z.NEVER;
  }
  const parsed = parsePath(text);
  if (parsed === undefined) {
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a payload path` });
    return z.NEVER;
  }
  if (parsed.steps.length >= LIMITS.pathSteps) {
    context.addIssue(beyond(`a payload path has more than ${LIMITS.pathSteps} steps`));
    return z.NEVER;
  }
  return parsed;
});

/** A path at which something is written. */
export const writtenPathSchema = pathSchema.superRefine(({ steps }, context) => {
  if (steps.some((step) => 'index' in step && step.index >= LIMITS.pathIndex))
    context.addIssue(beyond(`an index in the path of a change is ${LIMITS.pathIndex} or more`));
});

/** A list of paths. */
export const pathsSchema = z
  .array(z.string())
  .max(LIMITS.paths, `more than ${LIMITS.paths} paths in a list`)
  .pipe(z.array(pathSchema));
