import type { z } from 'zod';

/** What one request may hold at most, so that no request keeps the process busy before its deadline can end it. */
export const LIMITS = {
  /** Conditions in all filters of a request. */
  conditions: 2000,
  /** Filters and prefetches inside each other. */
  depth: 32,
  /** Values in the lists of all conditions of a request (`has_id`, `any`, `except`), and ids that a change names. */
  values: 100_000,
  /** Queries of a batch with their prefetches. */
  queries: 100,
  /** Paths in a list, for example the keys to delete. */
  paths: 256,
  pathCharacters: 1024,
  pathSteps: 32,
  /** An array index in a path that is written to: the array grows to it. */
  pathIndex: 10_000,
  /** Keys, at all levels, of a payload that is written to every point of a selection. */
  payloadKeys: 1000,
  /** Levels of a payload, as in Qdrant. */
  payloadDepth: 128,
  /** Points of an upsert. */
  points: 10_000,
  /** Keys that a set of a payload writes, at all places of a path (`a[]`) in one point. */
  keysOfPoint: 100_000,
  /** Keys that it writes in all points of the selection. */
  keysWritten: 10_000_000,
  /** Characters of an answer: half of the longest text that there can be. */
  answerCharacters: 2 ** 28,
} as const;

/** An issue for a value beyond a limit; the request is refused as one whose value is out of range (422). */
export function beyond(message: string): z.core.$ZodRawIssue & { code: 'custom' } {
  return { code: 'custom', message, params: OUT_OF_RANGE, input: undefined };
}

const OUT_OF_RANGE = { outOfRange: true } as const;

/** Whether an issue says that a value has the right form, but is out of its range. */
export function isOutOfRange(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'custom') return issue.params?.outOfRange === true;
  return issue.code === 'too_small' || issue.code === 'too_big';
}

/** Passes on the issues of a schema that was used inside a transformation. */
export function passOn(
  context: z.core.$RefinementCtx,
  { issues }: z.core.$ZodError,
  pathOf: (path: PropertyKey[]) => PropertyKey[] = (path) => path,
): void {
  for (const issue of issues) {
    context.addIssue({
      code: 'custom',
      message: issue.message,
      path: pathOf(issue.path),
      ...(isOutOfRange(issue) ? { params: OUT_OF_RANGE } : {}),
    });
  }
}
