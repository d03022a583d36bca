import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { findPhotos } from '../photos/find/find-photos.ts';
import type { PhotoEntry } from '../photos/find/photo-entry.ts';

/**
 * The name of a photograph in a data folder, by which it is also served: its name, or its address. A list may name files
 * outside of its folder; where those lie is nobody's business, so only the last part of their path is in their names.
 */
export function imageNameOf({ name, location }: Pick<PhotoEntry, 'name' | 'location'>): string {
  if ('url' in location) return name;
  const parts = name.replace(/^(?:\.\/)+/, '').split('/');
  if (!isAbsolute(name) && parts.every((part) => !/^$|^\./.test(part))) return parts.join('/');
  const short = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${short}/${(parts.at(-1) ?? '').replace(/^\.+/, '') || 'photograph'}`;
}

/**
 * The files of the photographs of a list, by their names in a data folder.
 *
 * @throws AppError as `findPhotos`.
 */
export async function listedFiles(list: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for await (const found of findPhotos(list)) {
    if (found.kind === 'entry' && 'path' in found.location)
      files.set(imageNameOf(found), found.location.path);
  }
  return files;
}
