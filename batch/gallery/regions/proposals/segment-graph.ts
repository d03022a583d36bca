import type { LabPicture } from '../colour/lab-picture.ts';
import { PALETTE_SIZE, paletteOffset, paletteWeights } from '../colour/palette.ts';
import type { Segmentation } from '../segmentation/segment-picture.ts';

/** Pixels `[left, right) x [top, bottom)`. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A segment as grouping sees it. */
export interface Segment {
  /** Pixels. */
  readonly area: number;
  readonly bounds: Bounds;
  /** Pixel sides that lie on the picture's border. */
  readonly border: number;
  /** Shares of the palette's entries, sum 1. */
  readonly colours: Float32Array;
}

/** Two segments that touch. */
export interface Contact {
  readonly first: number;
  readonly second: number;
  /** Pixel sides that they share. */
  readonly length: number;
  /** How strong the edge between them is, 0 (none) to 1 (all of it plain to see), times `length`. */
  readonly strength: number;
}

/** The segments of a picture and which touch which. */
export interface SegmentGraph {
  readonly width: number;
  readonly height: number;
  readonly segments: readonly Segment[];
  readonly contacts: readonly Contact[];
}

/** The Oklab distance from which on an edge is as plain as can be. */
const PLAIN_EDGE = 0.12;

/** Measures the segments of a picture and their contacts. */
export function segmentGraph(picture: LabPicture, segmentation: Segmentation): SegmentGraph {
  const { width, height } = segmentation;
  return {
    width,
    height,
    segments: measureSegments(picture, segmentation),
    contacts: measureContacts(picture, segmentation),
  };
}

function measureSegments(picture: LabPicture, { labels, count, width, height }: Segmentation): Segment[] {
  const segments = Array.from({ length: count }, () => ({
    area: 0,
    bounds: { left: width, top: height, right: 0, bottom: 0 },
    border: 0,
    colours: new Float32Array(PALETTE_SIZE),
  }));
  const { lightness, greenRed, blueYellow } = picture;
  const weights = paletteWeights();
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const segment = segments[labels[at] as number] as (typeof segments)[number];
      const { bounds, colours } = segment;
      segment.area++;
      if (x < bounds.left) bounds.left = x;
      if (x >= bounds.right) bounds.right = x + 1;
      if (y < bounds.top) bounds.top = y;
      bounds.bottom = y + 1;
      segment.border +=
        Number(x === 0) + Number(y === 0) + Number(x === width - 1) + Number(y === height - 1);
      const entry = paletteOffset(lightness[at] as number, greenRed[at] as number, blueYellow[at] as number);
      for (let k = 0; k < PALETTE_SIZE; k++)
        colours[k] = (colours[k] as number) + (weights[entry + k] as number);
    }
  }
  for (const { colours, area } of segments) {
    for (let k = 0; k < PALETTE_SIZE; k++) colours[k] = (colours[k] as number) / area;
  }
  return segments;
}

/**
 * The contacts, with the strength of the edge at each shared side. It is measured between the pixels one step further
 * apart, because those at the side itself are mixed.
 */
function measureContacts(picture: LabPicture, { labels, count, width, height }: Segmentation): Contact[] {
  const found = new Map<number, { length: number; strength: number }>();
  const { lightness, greenRed, blueYellow } = picture;
  const touch = (near: number, far: number, before: number, behind: number): void => {
    const [one, two] = [labels[near] as number, labels[far] as number];
    const key = one < two ? one * count + two : two * count + one;
    let contact = found.get(key);
    if (contact === undefined) {
      contact = { length: 0, strength: 0 };
      found.set(key, contact);
    }
    const l = (lightness[before] as number) - (lightness[behind] as number);
    const a = (greenRed[before] as number) - (greenRed[behind] as number);
    const b = (blueYellow[before] as number) - (blueYellow[behind] as number);
    contact.length++;
    contact.strength += Math.min(1, Math.sqrt(l * l + a * a + b * b) / PLAIN_EDGE);
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (x + 1 < width && labels[at] !== labels[at + 1])
        touch(at, at + 1, x > 0 ? at - 1 : at, x + 2 < width ? at + 2 : at + 1);
      if (y + 1 < height && labels[at] !== labels[at + width])
        touch(at, at + width, y > 0 ? at - width : at, y + 2 < height ? at + 2 * width : at + width);
    }
  }
  return [...found].map(([key, contact]) => ({
    first: Math.floor(key / count),
    second: key % count,
    ...contact,
  }));
}
