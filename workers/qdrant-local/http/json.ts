import { AppError } from '../../../shared/errors/index.ts';

/** A separate integer of 16 or more digits: it may not fit a double. */
const LONG_INTEGER = /(?<![\w.+-])\d{16,}(?![\d.eE])/;

/** Parses JSON; integers beyond 2^53 become bigints, because point ids need them. Throws `request_invalid`. */
export function parseJson(text: string): unknown {
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

/** The counterpart of `parseJson`. */
export function printJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? exact.rawJSON(inner.toString()) : inner,
  );
}

/** Bigints as the nearest numbers: payloads hold plain JSON. Returns its argument if there are none. */
export function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutBigints(inner)]));
}
