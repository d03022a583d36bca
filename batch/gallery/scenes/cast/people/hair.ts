import { circle, draw, ellipse, type Point, path, stroke, type Tone } from '../../drawing/index.ts';
import type { PersonKind } from '../entity.ts';

export function fringe([x, y]: Point, r: number, hair: Tone, long: boolean, style: number): string {
  const cap = path(
    draw(
      'M',
      x - r * 1.06,
      y + r * (long ? 0.5 : 0.25),
      'C',
      x - r * 1.3,
      y - r * 1.0,
      x - r * 0.3,
      y - r * 1.35,
      x + r * 0.2,
      y - r * 1.12,
      'C',
      x + r * 0.9,
      y - r * 1.0,
      x + r * 1.02,
      y - r * 0.5,
      x + r * 0.96,
      y - r * 0.18,
      'C',
      x + r * 0.6,
      y - r * 0.3,
      x + r * 0.3,
      y - r * 0.62,
      x + r * 0.1,
      y - r * 0.62,
      'C',
      x - r * 0.2,
      y - r * 0.2,
      x - r * 0.62,
      y - r * 0.2,
      x - r * 0.66,
      y + r * (long ? 0.5 : 0.2),
      'Z',
    ),
    hair.fill,
  );
  if (long || style % 3 === 0) return cap;
  if (style % 3 === 1) {
    const curls = [
      [-0.8, -0.35],
      [-0.6, -0.8],
      [-0.15, -1.05],
      [0.35, -0.98],
      [0.75, -0.65],
    ] as const;
    return cap + curls.map(([cx, cy]) => circle(x + cx * r, y + cy * r, r * 0.34, hair.base)).join('');
  }
  return (
    cap +
    path(
      draw(
        'M',
        x - r * 0.2,
        y - r,
        'q',
        r * 0.25,
        -r * 0.5,
        r * 0.8,
        -r * 0.35,
        'q',
        -r * 0.15,
        r * 0.4,
        -r * 0.3,
        r * 0.5,
        'Z',
      ),
      hair.base,
    )
  );
}

export function longHair(kind: PersonKind, style: number, [x, y]: Point, r: number, hair: Tone): string {
  switch (style % 3) {
    case 0: // falling to the shoulders
      return path(
        draw(
          'M',
          x - r * 0.1,
          y - r,
          'C',
          x - r * 1.5,
          y - r,
          x - r * 1.35,
          y + r * 0.6,
          x - r * 1.4,
          y + r * 1.75,
          'Q',
          x - r * 0.5,
          y + r * 2.1,
          x + r * 0.35,
          y + r * 1.6,
          'L',
          x + r * 0.2,
          y,
          'Z',
        ),
        hair.dark,
      );
    case 1: // a ponytail
      return stroke(
        draw('M', x - r * 0.8, y - r * 0.4, 'q', -r * 0.9, r * 0.1, -r * 0.75, r * 1.4),
        hair.base,
        r * 0.55,
      );
    default: // a bun, or two plaits
      return kind === 'woman'
        ? circle(x - r * 0.85, y - r * 0.85, r * 0.5, hair.base)
        : stroke(
            draw('M', x - r * 0.85, y + r * 0.3, 'q', -r * 0.7, r * 0.3, -r * 0.5, r * 1.2),
            hair.base,
            r * 0.42,
          ) +
            stroke(
              draw('M', x + r * 0.7, y + r * 0.4, 'q', r * 0.6, r * 0.3, r * 0.4, r * 1.0),
              hair.base,
              r * 0.38,
            );
  }
}

export function beard([x, y]: Point, r: number, hair: Tone): string {
  return (
    path(
      draw(
        'M',
        x - r * 0.75,
        y + r * 0.1,
        'Q',
        x - r * 0.8,
        y + r * 1.2,
        x + r * 0.25,
        y + r * 1.32,
        'Q',
        x + r * 0.95,
        y + r * 1.1,
        x + r * 0.94,
        y + r * 0.35,
        'Q',
        x + r * 0.5,
        y + r * 0.2,
        x + r * 0.1,
        y + r * 0.42,
        'Q',
        x - r * 0.4,
        y + r * 0.5,
        x - r * 0.75,
        y + r * 0.1,
        'Z',
      ),
      hair.base,
    ) + ellipse(x + r * 0.45, y + r * 0.68, r * 0.26, r * 0.1, '#b5554a')
  );
}
