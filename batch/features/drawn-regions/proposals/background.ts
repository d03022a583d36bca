import type { SegmentGraph } from './segment-graph.ts';

/** What counts as a scene's setting. Areas are shares of the picture. */
interface Setting {
  /** Larger segments belong to it. */
  readonly area: number;
  /** So do those with this share of the picture's border (of width plus height), from an area on. */
  readonly border: number;
  readonly borderArea: number;
  /** So do those at the border that are this wide (share of the picture's width), from an area on. */
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

/** Strips of sea and hills, too; and sometimes a large thing, which the main setting leaves. */
export const WIDE_SETTING: Setting = {
  area: 0.05,
  border: 0.03,
  borderArea: 0.005,
  span: 0.35,
  spanArea: 0.004,
};

/** The segments of the setting, and those before it. */
export function splitSegments(
  { segments, width, height }: SegmentGraph,
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
