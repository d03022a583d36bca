import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { encodeBase64 } from '../../../shared/formats/base64.ts';
import type { Place } from '../../clients/index.ts';

/** Where a page ended: its last image, in which generation, by which order. */
export interface Cursor {
  readonly generation: string;
  /** What the images are ordered by. */
  readonly order: string;
  readonly place: Place;
}

/** What pages of a list can end with. */
export interface ListPlaces {
  readonly order: string;
  /** Whether images have a place by a value. */
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

/** Text for an address, which means nothing to callers. */
export function writeCursor({ generation, order, place: { id, value } }: Cursor): string {
  const json = JSON.stringify([generation, order, id, ...(value === undefined ? [] : [value])]);
  return encodeBase64(new TextEncoder().encode(json))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/**
 * Reads a cursor. Callers may have made it themselves, so its place must be one of the list.
 *
 * @throws AppError `request_invalid` for other texts, and for that of another order.
 */
export function readCursor(text: string, { order, byValue, last }: ListPlaces): Cursor {
  const [generation, of, id, value] = parsed(text);
  if (of === order && (id > last || byValue !== (value !== undefined))) throw noPlace();
  if (of !== order) {
    throw new AppError('request_invalid', 'after: that page had another order.', {
      hint: 'Ask for further pages with the same sort or like as for the first one.',
    });
  }
  return { generation, order, place: { id, value } };
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
