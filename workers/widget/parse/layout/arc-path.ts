import type { PlacedArc } from './arc-layout.ts';

const CORNER = { x: 22, y: 18 };
const ARROW = { x: 3.5, y: 7 };

/** An arc as the data of an SVG path: up from the head, across, and down to the arrow. The root's is a vertical line. */
export function arcPath({ from, to, top }: PlacedArc, height: number): string {
  const end = height - ARROW.y;
  if (from === to) return `M${to} ${top}V${end}`;
  const side = Math.sign(to - from);
  const x = side * Math.min(CORNER.x, Math.abs(to - from) / 2);
  const y = top + Math.min(CORNER.y, (height - top) / 2);
  return `M${from} ${height}V${y}Q${from} ${top} ${from + x} ${top}H${to - x}Q${to} ${top} ${to} ${y}V${end}`;
}

/** The arrow at the word that an arc leads to. */
export function arrowPath({ to }: PlacedArc, height: number): string {
  return `M${to} ${height}l${-ARROW.x} ${-ARROW.y}h${2 * ARROW.x}Z`;
}
