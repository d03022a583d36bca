import {
  circle,
  colourTone,
  draw,
  ellipse,
  faded,
  line,
  type Point,
  path,
  stroke,
  type Tone,
  toneOf,
} from '../../drawing/index.ts';
import type { Outfit, PersonKind } from '../entity.ts';

const HAIRS = ['#3a2a22', '#5c3a22', '#8a5a2c', '#c98b3a', '#e3b65a', '#a5482a', '#26222a', '#6b4a35'];

/** The head in two layers: hair that falls behind the body, and all that is before it. */
export interface HeadLayers {
  readonly behind: string;
  readonly front: string;
}

/** A head looking right. Women and girls wear their hair long, men may have a beard. */
export function head(kind: PersonKind, outfit: Outfit, at: Point, skin: Tone, asleep: boolean): HeadLayers {
  const child = kind === 'boy' || kind === 'girl';
  const radius = child ? 17 : 13.5;
  const [x, low] = at;
  const y = child ? low - 2 : low;
  const hair = toneOf(HAIRS[outfit.hair % HAIRS.length] ?? '#3a2a22');
  const long = kind === 'woman' || kind === 'girl';
  return {
    behind: long ? longHair(kind, outfit.style, [x, y], radius, hair) : '',
    front: [
      ellipse(x - 1, y + 1, radius, radius * 1.03, skin.fill),
      kind === 'man' && outfit.style % 2 === 0 ? beard([x, y], radius, hair) : '',
      face([x, y], radius, asleep),
      fringe([x, y], radius, hair, long, outfit.style),
      circle(x - radius * 0.42, y + radius * 0.12, radius * 0.2, skin.dark),
      long ? '' : circle(x - radius * 0.4, y + radius * 0.12, radius * 0.13, skin.base),
      outfit.hat === undefined ? ribbon(kind, outfit, [x, y], radius) : hat(outfit, [x, y], radius),
    ].join(''),
  };
}

function face([x, y]: Point, radius: number, asleep: boolean): string {
  const [left, right, eyes] = [x + radius * 0.18, x + radius * 0.68, y + radius * 0.12];
  const eye = (at: number): string =>
    asleep
      ? stroke(draw('M', at - 2.2, eyes, 'q', 2.2, 2.4, 4.4, 0), '#3b2a2a', 1.3)
      : ellipse(at, eyes, radius * 0.1, radius * 0.14, '#2c2430') +
        circle(at + 0.5, eyes - 0.7, 0.55, '#ffffff');
  return [
    eye(left),
    eye(right),
    faded(circle(x + radius * 0.02, y + radius * 0.46, radius * 0.2, '#ee6f63'), 0.4),
    faded(circle(x + radius * 0.78, y + radius * 0.46, radius * 0.16, '#ee6f63'), 0.4),
    stroke(
      draw(
        'M',
        x + radius * 0.24,
        y + radius * 0.54,
        'q',
        radius * 0.2,
        radius * 0.22,
        radius * 0.44,
        -radius * 0.02,
      ),
      '#8c3b36',
      1.5,
    ),
  ].join('');
}

function beard([x, y]: Point, r: number, hair: Tone): string {
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

function fringe([x, y]: Point, r: number, hair: Tone, long: boolean, style: number): string {
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

function longHair(kind: PersonKind, style: number, [x, y]: Point, r: number, hair: Tone): string {
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

function ribbon(kind: PersonKind, outfit: Outfit, [x, y]: Point, r: number): string {
  if (kind !== 'girl') return '';
  const tone = toneOf(['#f4f0e6', '#f3b33d', '#7fb2d9', '#e77f8c'][outfit.shoe % 4] ?? '#f4f0e6');
  const [cx, cy] = [x - r * 0.45, y - r * 1.02];
  return (
    path(draw('M', cx, cy, 'l', -r * 0.5, -r * 0.3, 'l', 0, r * 0.6, 'Z'), tone.base) +
    path(draw('M', cx, cy, 'l', r * 0.5, -r * 0.3, 'l', 0, r * 0.6, 'Z'), tone.dark) +
    circle(cx, cy, r * 0.13, tone.deep)
  );
}

function hat(outfit: Outfit, [x, y]: Point, r: number): string {
  const tone = colourTone(outfit.hat ?? 'red', outfit.shade);
  const crown = path(
    draw(
      'M',
      x - r * 0.98,
      y - r * 0.42,
      'C',
      x - r * 1.05,
      y - r * 1.75,
      x + r * 0.95,
      y - r * 1.75,
      x + r * 0.9,
      y - r * 0.42,
      'Z',
    ),
    tone.fill,
  );
  const brim =
    outfit.style % 2 === 0
      ? line(
          [
            [x - r * 1.5, y - r * 0.42],
            [x + r * 1.45, y - r * 0.42],
          ],
          tone.dark,
          r * 0.3,
        )
      : line(
          [
            [x - r * 0.95, y - r * 0.48],
            [x + r * 1.45, y - r * 0.38],
          ],
          tone.dark,
          r * 0.28,
        );
  return crown + brim + (outfit.style % 2 === 0 ? '' : circle(x, y - r * 1.42, r * 0.14, tone.deep));
}
