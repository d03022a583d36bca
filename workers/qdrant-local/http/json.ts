import { AppError } from '../../../shared/errors/index.ts';
import { repeatedMember } from '../../../shared/formats/json/json-losses.ts';
import { givenTwice } from '../../../shared/http/index.ts';

/** A separate integer of 16 or more digits: it may not fit a double. */
const LONG_INTEGER = /(?<![\w.+-])\d{16,}(?![\d.eE])/;

/**
 * Parses JSON; integers beyond 2^53 become bigints, because point ids need them. Throws `request_invalid`, also for a
 * member that an object has twice.
 */
export function parseJson(text: string): unknown {
  const value = parsed(text);
  const repeated = repeatedMember(text);
  if (repeated !== undefined) throw givenTwice(repeated);
  return value;
}

function parsed(text: string): unknown {
  try {
    return LONG_INTEGER.test(text) ? JSON.parse(text, exactIntegers) : JSON.parse(text);
  } catch (cause) {
    throw new AppError('request_invalid', `the body is not JSON: ${(cause as Error).message.slice(0, 200)}`, {
      cause,
    });
  }
}

function exactIntegers(_key: string, value: unknown, ...rest: unknown[]): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  // Newer than the type library: a third argument with the number as it was written.
  const { source = '' } = rest[0] as { source?: string };
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

// Also newer than the type library.
const exact = JSON as unknown as { rawJSON(text: string): unknown };

/** The counterpart of `parseJson`. A function stands for the value that it returns, which exists only while it is printed. */
export function printJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'function') return inner() as unknown;
    return typeof inner === 'bigint' ? exact.rawJSON(inner.toString()) : inner;
  });
}

/** A copy with bigints as the nearest numbers: payloads hold plain JSON. Undefined if it has more levels. */
export function asPlainJson(value: unknown, levels: number): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return undefined;
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const plain = asPlainJson(inner, levels - 1);
    if (plain === undefined) return undefined;
    entries.push([key, plain]);
  }
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
