import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { encodeBase64 } from '../../../shared/formats/base64.ts';
import type { Place } from '../../clients/index.ts';
import { digest } from '../http/digest.ts';

/** Where a page ended: in which generation, of which list, with what. */
export interface Cursor {
  readonly generation: string;
  /** The fingerprint of the list. */
  readonly list: string;
  readonly place: Place;
}

/** What pages of a list can end with. */
export interface ListPlaces {
  readonly list: string;
  /** Whether places have a value. */
  readonly byValue: boolean;
  /** The largest `id` of a place. */
  readonly last: number;
}

const schema = z.tuple([
  z.string().regex(/^[0-9a-f]{16}$/),
  z.string(),
  z.number().int().nonnegative(),
  z.number().optional(),
]);

/**
 * Tells lists apart: equal for requests whose pages belong together.
 *
 * @param asked everything that decides which entries a list has, and in which order; what is undefined does not count
 */
export function listFingerprint(asked: Readonly<Record<string, unknown>>): Promise<string> {
  const members = Object.entries(asked).filter(([, value]) => value !== undefined);
  return digest(JSON.stringify(members.sort(([a], [b]) => (a < b ? -1 : 1))), 8);
}

/** Text for an address, which means nothing to callers. */
export function writeCursor({ generation, list, place: { id, value } }: Cursor): string {
  const json = JSON.stringify([generation, list, id, ...(value === undefined ? [] : [value])]);
  return encodeBase64(new TextEncoder().encode(json))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/**
 * Reads a cursor. Callers may have made it themselves, so its place must be one of the list.
 *
 * @throws AppError `request_invalid` for other texts, and for that of another list.
 */
export function readCursor(text: string, { list, byValue, last }: ListPlaces): Cursor {
  const [generation, of, id, value] = parsed(text);
  if (of !== list) {
    throw new AppError('request_invalid', 'after: that page is of another query, filter or order.', {
      hint: 'Ask for further pages with the same parameters as for the first one; limit may differ.',
    });
  }
  if (id > last || byValue !== (value !== undefined)) throw noPlace();
  return { generation, list, place: { id, value } };
}

/** The generation of a cursor's list. @throws AppError `request_invalid` if the caller names another one */
export function generationOf({ generation }: Cursor, named: string | undefined): string {
  if (named === undefined || named === generation) return generation;
  throw new AppError('request_invalid', 'after: that page is of another version than `generation`.', {
    hint: 'Send `generation` as for the first page, or leave it out.',
  });
}

function parsed(text: string): z.output<typeof schema> {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw noPlace(cause);
  }
}

function noPlace(cause?: unknown): AppError {
  return new AppError('request_invalid', 'after: this is not where a page ended.', {
    hint: 'Send `next` of the page before as it is.',
    cause,
  });
}
