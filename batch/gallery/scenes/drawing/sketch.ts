import { type Point, transformed } from './ink.ts';

/** Edges of a rectangle, y down. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * A drawn object in its own units (an adult is 120 high) and its bounds. It stands on y = 0, with x = 0 in its middle.
 * Anchors are points where other things meet it, such as `hand`, `mouth` or `seat`.
 */
export interface Sketch {
  readonly svg: string;
  readonly box: Box;
  readonly anchors: Readonly<Record<string, Point>>;
  /** Everything is drawn facing right; mirrored, it faces left. */
  readonly mirrored: boolean;
}

/** The bounds of something `width` wide around x = 0 and `height` high above y = 0. */
export function standingBox(width: number, height: number): Box {
  return { left: -width / 2, top: -height, right: width / 2, bottom: 0 };
}

export function sketch(svg: string, box: Box, anchors: Readonly<Record<string, Point>> = {}): Sketch {
  return { svg, box, anchors, mirrored: false };
}

export function unionBox(boxes: readonly Box[]): Box {
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

export interface Move {
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
  /** Left and right change places. */
  readonly mirrored?: boolean;
}

/** The sketch scaled about its origin, mirrored if asked, and moved. */
export function moved(drawn: Sketch, { x = 0, y = 0, scale = 1, mirrored = false }: Move): Sketch {
  const scaleX = mirrored ? -scale : scale;
  const at = ([px, py]: Point): Point => [x + px * scaleX, y + py * scale];
  const [firstX, top] = at([drawn.box.left, drawn.box.top]);
  const [secondX, bottom] = at([drawn.box.right, drawn.box.bottom]);
  return {
    svg: transformed(drawn.svg, [x, y], scaleX, scale),
    box: { left: Math.min(firstX, secondX), top, right: Math.max(firstX, secondX), bottom },
    anchors: Object.fromEntries(Object.entries(drawn.anchors).map(([name, point]) => [name, at(point)])),
    mirrored: mirrored !== drawn.mirrored,
  };
}

/** A named anchor of a sketch; its middle where it has none of that name. */
export function anchor(drawn: Sketch, name: string): Point {
  const { left, right, top, bottom } = drawn.box;
  return drawn.anchors[name] ?? [(left + right) / 2, (top + bottom) / 2];
}
