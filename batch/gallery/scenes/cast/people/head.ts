import { circle, draw, ellipse, faded, type Point, stroke, type Tone, toneOf } from '../../drawing/index.ts';
import type { Outfit, PersonKind } from '../entity.ts';
import { beard, fringe, longHair } from './hair.ts';
import { hat, ribbon } from './headwear.ts';

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
