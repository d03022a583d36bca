import { type LabImage, labDistance } from '../colour/lab-image.ts';
import type { Segmentation } from '../segmentation/segment-image.ts';

/** Two segments that touch. */
export interface Contact {
  readonly first: number;
  readonly second: number;
  /** Pixel sides that they share. */
  readonly length: number;
  /** Strength of the edge between them, from 0 (none) to 1 (clearly visible everywhere), times `length`. */
  readonly strength: number;
}

/** The Oklab distance above which an edge is clearly visible. */
const PLAIN_EDGE = 0.12;

/**
 * The contacts of segments, with the strength of the edge along each. It is measured between the pixels one step
 * further apart than those that touch, because these may be mixtures.
 */
export function measureContacts(image: LabImage, { labels, count, width, height }: Segmentation): Contact[] {
  const found = new Map<number, { length: number; strength: number }>();
  const touch = (one: number, two: number, before: number, behind: number): void => {
    const key = one < two ? one * count + two : two * count + one;
    let contact = found.get(key);
    if (contact === undefined) {
      contact = { length: 0, strength: 0 };
      found.set(key, contact);
    }
    contact.length++;
    contact.strength += Math.min(1, labDistance(image, before, behind) / PLAIN_EDGE);
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const own = labels[at] as number;
      if (x + 1 < width && own !== labels[at + 1])
        touch(own, labels[at + 1] as number, x > 0 ? at - 1 : at, x + 2 < width ? at + 2 : at + 1);
      if (y + 1 < height && own !== labels[at + width])
        touch(
          own,
          labels[at + width] as number,
          y > 0 ? at - width : at,
          y + 2 < height ? at + 2 * width : at + width,
        );
    }
  }
  return [...found].map(([key, contact]) => ({
    first: Math.floor(key / count),
    second: key % count,
    ...contact,
  }));
}
