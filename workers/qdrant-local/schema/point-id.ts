import { z } from 'zod';

/** An unsigned 64-bit integer (a bigint beyond 2^53) or a UUID in its hyphenated lower-case form. */
export type PointId = number | bigint | string;

const UUID = /^(?:urn:uuid:)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

/** The id in its canonical form, or undefined if it is not an id. */
function parsePointId(value: unknown): PointId | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value || 0 : undefined;
  if (typeof value === 'bigint') {
    if (value < 0n || value >= 1n << 64n) return undefined;
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
  if (typeof value !== 'string') return undefined;
  return UUID.exec(value)?.slice(1).join('-').toLowerCase();
}

export const pointIdSchema = z.unknown().transform((value, context): PointId => {
  const id = parsePointId(value);
  if (id !== undefined) return id;
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(String(value)).slice(0, 60)} is not a point id; expected an unsigned 64-bit integer or a UUID`,
  });
  return z.NEVER;
});

/** An id as in a path or in the file. */
export function pointIdOfText(text: string): PointId | undefined {
  return /^\d{1,20}$/.test(text) ? parsePointId(BigInt(text)) : parsePointId(text);
}

/** Integers ascending, then UUIDs ascending. */
export function compareIds(a: PointId, b: PointId): number {
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a !== typeof b && (typeof a !== 'string' || typeof b !== 'string'))
      return typeof a === 'string' ? 1 : -1;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
