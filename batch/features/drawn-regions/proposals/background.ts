import type { SegmentMap } from './segment-map.ts';

/** Rules for the background of a scene. Areas are shares of the image. */
interface Setting {
  /** Larger segments belong to it. */
  readonly area: number;
  /** So do segments with this share of the image's border (of width plus height), above an area. */
  readonly border: number;
  readonly borderArea: number;
  /** So do segments at the border that are this wide (share of the image's width), above an area. */
  readonly span: number;
  readonly spanArea: number;
}

/** Sky, ground and walls. */
export const MAIN_SETTING: Setting = {
  area: 0.2,
  border: 0.12,
  borderArea: 0.015,
  span: Number.POSITIVE_INFINITY,
  spanArea: 1,
};

/** Also strips of sea and hills; sometimes a large thing as well, which the strict rule does not include. */
export const WIDE_SETTING: Setting = {
  area: 0.05,
  border: 0.03,
  borderArea: 0.005,
  span: 0.35,
  spanArea: 0.004,
};

/** The segments of the background, and those of the foreground. */
export function splitSegments(
  { segments, width, height }: SegmentMap,
  setting: Setting,
): { readonly background: ReadonlySet<number>; readonly foreground: ReadonlySet<number> } {
  const background = new Set<number>();
  const foreground = new Set<number>();
  for (const [number, { area, border, bounds }] of segments.entries()) {
    const share = area / (width * height);
    const along = border / (width + height);
    const across = (bounds.right - bounds.left) / width;
    const setIn =
      share > setting.area ||
      (along > setting.border && share > setting.borderArea) ||
      (border > 0 && across > setting.span && share > setting.spanArea);
    (setIn ? background : foreground).add(number);
  }
  return { background, foreground };
}
