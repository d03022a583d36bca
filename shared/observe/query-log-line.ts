import { z } from 'zod';

/** Why a query is not in the log: it looks like something that tells who somebody is. */
const WITHHELD = ['account', 'link', 'number'] as const;

const at = z.iso.datetime();
/** Random, new for each answer, so that it connects a click with a query and nothing else. */
const id = z.string().regex(/^[\da-f]{16}$/);

export const searchLineSchema = z.object({
  kind: z.literal('search'),
  at,
  id,
  /** Undefined if it is withheld. */
  query: z.string().optional(),
  withheld: z.enum(WITHHELD).optional(),
  /** Hits that were skipped: 0 for a first page. */
  offset: z.number().int().nonnegative(),
  hits: z.number().int().nonnegative(),
  /** Absent if the model is not calibrated. */
  match: z.enum(['good', 'weak', 'none']).optional(),
  /** The code of what the answer lacks. */
  degraded: z.string().optional(),
  /** Whether images were filtered; by what is not in the log. */
  filtered: z.boolean(),
  milliseconds: z.number().nonnegative(),
});

const clickLineSchema = z.object({
  kind: z.literal('click'),
  at,
  /** The `id` of the search. */
  search: id,
  /** Of the chosen hit, from 1. */
  position: z.number().int().min(1).max(10_000),
});

/** One line of the query log. */
export const queryLogLineSchema = z.discriminatedUnion('kind', [searchLineSchema, clickLineSchema]);

export type SearchLine = z.infer<typeof searchLineSchema>;
export type QueryLogLine = z.infer<typeof queryLogLineSchema>;

/** What the widget sends when a hit is chosen. */
export const clickSchema = clickLineSchema.pick({ search: true, position: true }).strict();
