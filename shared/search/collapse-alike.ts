import type { AlikeImages } from './ports.ts';

/** Most images alike that an answer lists for one hit; the rest is counted. */
const LISTED = 20;

export type Collapsed<Image> = Image & { readonly alike?: AlikeImages<Image> | undefined };

/**
 * Images that look alike become one: of each group the first stays, in its place, with the others in `alike`. Images without a group
 * stay as they are.
 */
export function collapseAlike<Image extends object>(
  images: readonly Image[],
  groupOf: (image: Image) => string | undefined,
): Collapsed<Image>[] {
  const groups = new Map<string, Image[]>();
  const firsts: { readonly image: Image; readonly others: readonly Image[] }[] = [];
  for (const image of images) {
    const group = groupOf(image);
    const known = group === undefined ? undefined : groups.get(group);
    if (known !== undefined) {
      known.push(image);
      continue;
    }
    const others: Image[] = [];
    if (group !== undefined) groups.set(group, others);
    firsts.push({ image, others });
  }
  return firsts.map(({ image, others }) =>
    others.length === 0
      ? image
      : { ...image, alike: { count: others.length, images: others.slice(0, LISTED) } },
  );
}
