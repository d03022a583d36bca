import { createHash } from 'node:crypto';
import { isAbsolute, sep } from 'node:path';
import { findPhotos } from './find-photos.ts';
import type { PhotoEntry } from './photo-entry.ts';
import { pathOfPhotoName, photoName } from './photo-name.ts';

/**
 * The name of a photograph for everybody, by which it is also served: its name, or its address. A list may name files
 * outside of its folder; where those lie is nobody's business, so only the last part of their path is in their names.
 */
export function imageNameOf({ name, location }: Pick<PhotoEntry, 'name' | 'location'>): string {
  if ('url' in location) return name;
  const below = partsBelow(name);
  if (below !== undefined) return below.join('/');
  const short = createHash('sha256').update(name).digest('hex').slice(0, 16);
  const last = partsOf(name).at(-1) ?? '';
  return `${short}/${photoName(last.replace(/^\.+/, '') || 'photograph')}`;
}

/** The id of a photograph for everybody: that of its list, else its name. */
export function imageIdOf(photo: Pick<PhotoEntry, 'id' | 'name' | 'location'>): string {
  return photo.id === photo.name ? imageNameOf(photo) : photo.id;
}

/** The folders below the source that a photograph lies in; none for those outside of it and for addresses. */
export function foldersOf({ name, location }: Pick<PhotoEntry, 'name' | 'location'>): string[] {
  return 'url' in location ? [] : (partsBelow(name)?.slice(0, -1) ?? []);
}

/**
 * The files of the photographs of a list, by their names for everybody.
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

/** The parts of a name below its source; undefined if it leads elsewhere, or into what is hidden. */
function partsBelow(name: string): string[] | undefined {
  const parts = name.replace(/^(?:\.\/)+/, '').split('/');
  const isBelow =
    !isAbsolute(pathOfPhotoName(name) ?? name) &&
    partsOf(parts.join('/')).every((part) => !/^$|^\./.test(part));
  return isBelow ? parts : undefined;
}

/** The parts of the path that a name stands for, by the separators of this system. */
function partsOf(name: string): string[] {
  return (pathOfPhotoName(name) ?? name).split(sep === '/' ? '/' : /[\\/]/);
}
