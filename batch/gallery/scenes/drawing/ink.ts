/** A point in pixels or in an object's own units: x to the right, y down. */
export type Point = readonly [x: number, y: number];

/** A number as SVG text, to a tenth: images stay short, and no last bit of a sum shows. */
function decimal(value: number): string {
  return String(Math.round(value * 10) / 10 || 0);
}

/** An SVG path from pieces: `draw('M', 0, 1, 'L', 5, 6)`. */
export function draw(...pieces: readonly (string | number)[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : decimal(piece))).join(' ');
}

export function path(d: string, fill: string): string {
  return `<path d="${d}" fill="${fill}"/>`;
}

/** A line with round ends and joints. */
export function stroke(d: string, colour: string, width: number): string {
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${decimal(width)}" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** A line through points, with round ends and joints. */
export function line(points: readonly Point[], colour: string, width: number): string {
  return stroke(outline(points), colour, width);
}

/** A closed shape through points. */
export function polygon(points: readonly Point[], fill: string): string {
  return path(`${outline(points)} Z`, fill);
}

function outline(points: readonly Point[]): string {
  return points.map(([x, y], index) => draw(index === 0 ? 'M' : 'L', x, y)).join(' ');
}

export function ellipse(x: number, y: number, rx: number, ry: number, fill: string): string {
  return `<ellipse cx="${decimal(x)}" cy="${decimal(y)}" rx="${decimal(rx)}" ry="${decimal(ry)}" fill="${fill}"/>`;
}

export function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${decimal(x)}" cy="${decimal(y)}" r="${decimal(radius)}" fill="${fill}"/>`;
}

/** A rectangle from its upper left corner, with corners rounded by `round`. */
export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  round: number,
  fill: string,
): string {
  return `<rect x="${decimal(x)}" y="${decimal(y)}" width="${decimal(width)}" height="${decimal(height)}" rx="${decimal(round)}" fill="${fill}"/>`;
}

/** Shapes that let shine through what is behind each of them; where they overlap they add up. */
export function faded(svg: string, opacity: number): string {
  const share = Math.round(opacity * 100) / 100;
  return `<g fill-opacity="${share}" stroke-opacity="${share}">${svg}</g>`;
}

/** Shapes that fade as one; it takes a layer of its own, which costs more than `faded`. */
export function veiled(svg: string, opacity: number): string {
  return `<g opacity="${Math.round(opacity * 100) / 100}">${svg}</g>`;
}

/** Moves, then turns by a whole number of degrees, then scales what is drawn. */
export function transformed(svg: string, [x, y]: Point, scaleX: number, scaleY: number, degrees = 0): string {
  const turn = degrees === 0 ? '' : ` rotate(${degrees})`;
  const factor = (value: number): number => Math.round(value * 1000) / 1000;
  return `<g transform="translate(${decimal(x)} ${decimal(y)})${turn} scale(${factor(scaleX)} ${factor(scaleY)})">${svg}</g>`;
}
