import { foldersOf } from '../find/image-names.ts';
import type { CollectedPhoto } from '../photo-collection.ts';

/** Captions and metadata of a photograph's payload. */
export interface PhotoDescription {
  /** Captions and alternative texts that the list gives. */
  readonly captions: readonly string[];
  /** What the file says, what the collection shows, and what the list gives, which counts most. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What goes into the payload of a photograph besides its name and size. Members without a value are left out. */
export function describePhoto({
  id,
  name,
  location,
  given,
  inspection,
  copies,
  alike,
}: CollectedPhoto): PhotoDescription {
  const { facts, format, bytes } = inspection;
  const folders = foldersOf({ name, location });
  const year = yearOf(given?.metadata?.taken ?? facts.taken);
  return {
    captions: given?.captions ?? [],
    metadata: {
      ...(id === name ? {} : { id }),
      format,
      bytes,
      ...facts,
      ...(year === undefined ? {} : { year }),
      ...(folders.length === 0 ? {} : { folders }),
      ...(copies.length === 0 ? {} : { copies }),
      ...(alike === undefined ? {} : { alike }),
      ...given?.metadata,
    },
  };
}

/** The year of a date; undefined without one. */
function yearOf(taken: unknown): number | undefined {
  const year = typeof taken === 'string' ? /^\d{4}(?=$|-)/.exec(taken)?.[0] : undefined;
  return year === undefined ? undefined : Number(year);
}
