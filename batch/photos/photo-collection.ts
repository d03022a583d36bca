import { groupAlike } from './alike/group-alike.ts';
import { imageIdOf, imageNameOf } from './find/image-names.ts';
import type { Photo } from './scan-photos.ts';

/** A photograph of a collection, with what the other photographs say of it. */
export interface CollectedPhoto extends Photo {
  /** Names for everybody of other files with the same bytes. */
  readonly copies: readonly string[];
  /** The id for everybody of the first photograph of those that look alike, if there are others. */
  readonly alike?: string | undefined;
}

/**
 * Photographs without their copies, in the same order. The first of several files with the same bytes stands for all of
 * them, with the captions of all; images that look alike share `alike`.
 */
export function collectPhotos(photos: readonly Photo[]): CollectedPhoto[] {
  const copies = new Map<string, Photo[]>();
  const different: Photo[] = [];
  for (const photo of photos) {
    const others = copies.get(photo.inspection.sha256);
    if (others !== undefined) {
      others.push(photo);
      continue;
    }
    copies.set(photo.inspection.sha256, []);
    different.push(photo);
  }
  const firsts = groupAlike(different.map(({ inspection }) => inspection.look));
  const sizes = new Uint32Array(different.length);
  for (const first of firsts) sizes[first] = (sizes[first] ?? 0) + 1;
  return different.map((photo, index) => {
    const first = firsts[index] ?? index;
    const alike = (sizes[first] ?? 0) > 1 ? imageIdOf(different[first] ?? photo) : undefined;
    const others = copies.get(photo.inspection.sha256) ?? [];
    return {
      ...photo,
      given: givenToAll(photo, others),
      // A list may have the same file in several lines, one for each caption.
      copies: [...new Set(others.map(imageNameOf))].filter((name) => name !== imageNameOf(photo)),
      ...(alike === undefined ? {} : { alike }),
    };
  });
}

function givenToAll(photo: Photo, others: readonly Photo[]): Photo['given'] {
  const captions = [photo, ...others].flatMap(({ given }) => given?.captions ?? []);
  if (photo.given === undefined && captions.length === 0) return undefined;
  return { ...photo.given, captions: [...new Set(captions)] };
}
