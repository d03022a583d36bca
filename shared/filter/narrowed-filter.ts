import { AppError } from '../errors/index.ts';
import type { FilterTree, IndexFields } from '../schema/index.ts';
import type { ImageFilter } from './image-filter.ts';
import { resolveFilter, type Visible } from './resolve-filter.ts';

/** Which images a caller gets: those that it asks for, of those that it may see. */
export interface NarrowedFilter {
  /** What the caller may see at all; its fields need not be visible. All images by default. */
  readonly within?: FilterTree | undefined;
  /** What it asks for; all that it may see by default. */
  readonly filter?: FilterTree | undefined;
  /** The fields that it may ask by. */
  readonly visible: Visible;
}

/**
 * Both filters as one, with the fields of an index; undefined if there is neither.
 *
 * @throws AppError `request_invalid` if what the caller asks for does not fit the index; `config_invalid` if what it may see does not:
 *   then it sees nothing.
 */
export function narrowedFilter(
  { within, filter, visible }: NarrowedFilter,
  fields: IndexFields | undefined,
): ImageFilter | undefined {
  const may = within && resolveWithin(within, fields);
  const asked = filter && resolveFilter(filter, fields, visible);
  if (may === undefined || asked === undefined) return may ?? asked;
  return { and: [may, asked] };
}

function resolveWithin(within: FilterTree, fields: IndexFields | undefined): ImageFilter {
  try {
    return resolveFilter(within, fields, 'all');
  } catch (cause) {
    const { message } = cause as Error;
    throw new AppError('config_invalid', `the filter of a key does not fit the index: ${message}`, { cause });
  }
}
