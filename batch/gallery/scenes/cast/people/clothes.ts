import {
  colourTone,
  draw,
  ellipse,
  line,
  type Point,
  path,
  polygon,
  type Tone,
} from '../../drawing/index.ts';
import type { Outfit } from '../entity.ts';
import type { Body } from './poses.ts';

const SHOES = ['#4a3328', '#33313c', '#8a3f34', '#e9e4da', '#3f5f7a'];

/** The trunk and the legs in their clothes: a shirt over trousers, or a dress. */
export function clothes(body: Body, outfit: Outfit, cloth: Tone, skin: Tone): string {
  const dress = outfit.garment === 'dress';
  const legs = dress
    ? bareLegs(body, skin)
    : trouserLegs(body, colourTone(outfit.trousers, outfit.shade), skin, outfit);
  const shoe = SHOES[outfit.shoe % SHOES.length] ?? '#33313c';
  const shoes = [body.far[1], body.near[1]].map(([x, y]) => ellipse(x + 3, y - 2.5, 7, 3.8, shoe)).join('');
  return legs + shoes + (dress ? skirt(body, cloth) : '') + trunk(body, cloth, outfit);
}

function bareLegs(body: Body, skin: Tone): string {
  return line([body.hip, ...body.far], skin.dark, 7) + line([body.hip, ...body.near], skin.base, 7);
}

function trouserLegs(body: Body, tone: Tone, skin: Tone, outfit: Outfit): string {
  const leg = ([knee, foot]: readonly [Point, Point], cloth: string, bare: string): string =>
    outfit.shorts
      ? line([knee, foot], bare, 7) + line([body.hip, knee], cloth, 12.5)
      : line([body.hip, knee, [foot[0], foot[1] - 5]], cloth, 10.5);
  return leg(body.far, tone.dark, skin.dark) + leg(body.near, tone.base, skin.base);
}

/** Two points at a distance across a line through `at` with the direction of `axis`. */
function across(at: Point, axis: Point, half: number): readonly [Point, Point] {
  const length = Math.sqrt(axis[0] * axis[0] + axis[1] * axis[1]);
  const [nx, ny] = [(-axis[1] / length) * half, (axis[0] / length) * half];
  return [
    [at[0] - nx, at[1] - ny],
    [at[0] + nx, at[1] + ny],
  ];
}

function trunk(body: Body, cloth: Tone, outfit: Outfit): string {
  const axis: Point = [body.hip[0] - body.neck[0], body.hip[1] - body.neck[1]];
  const along = (part: number, half: number): readonly [Point, Point] =>
    across([body.neck[0] + axis[0] * part, body.neck[1] + axis[1] * part], axis, half);
  const waist = outfit.garment === 'dress' ? 8 : 9.5;
  const [a, b] = along(0.1, 10);
  const [c, d] = along(0.62, waist);
  const [e, f] = along(1.08, waist + 1.5);
  const [tl, tr] = along(-0.02, 6);
  const shape = draw(
    'M',
    ...tl,
    'Q',
    ...a,
    ...mid(a, c),
    'L',
    ...c,
    'L',
    ...e,
    'L',
    ...f,
    'L',
    ...d,
    'L',
    ...mid(b, d),
    'Q',
    ...b,
    ...tr,
    'Z',
  );
  const stripes = outfit.striped
    ? [0.2, 0.42, 0.64, 0.86]
        .map((part) => line([...along(part, part < 0.3 ? 8.5 : 8)], stripeColour(cloth), 3.4))
        .join('')
    : '';
  const collar = line(
    [tl, [body.neck[0] + axis[0] * 0.12, body.neck[1] + axis[1] * 0.12], tr],
    cloth.light,
    2.2,
  );
  const belt = outfit.garment === 'dress' ? line(along(0.68, waist), cloth.deep, 2.4) : '';
  return path(shape, cloth.fill) + stripes + collar + belt;
}

function mid(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** Stripes are white, on white cloth they are dark blue. */
function stripeColour(cloth: Tone): string {
  return Number.parseInt(cloth.base.slice(1, 3), 16) > 0xf4 && Number.parseInt(cloth.base.slice(5), 16) > 0xe0
    ? '#5a6f9c'
    : '#fdf8ee';
}

function skirt(body: Body, cloth: Tone): string {
  const knees: Point = mid(body.far[0], body.near[0]);
  const seated = knees[1] - body.hip[1] < 12;
  if (seated) {
    return (
      line([body.hip, body.near[0]], cloth.base, 19) +
      polygon(
        [
          [body.near[0][0] - 8, body.near[0][1]],
          [body.near[0][0] + 9, body.near[0][1]],
          [body.near[0][0] + 10, body.near[0][1] + 14],
          [body.near[0][0] - 9, body.near[0][1] + 14],
        ],
        cloth.dark,
      )
    );
  }
  const { hip } = body;
  const low = knees[1] + 6;
  const left = Math.min(body.far[0][0], body.near[0][0], hip[0]) - 13;
  const right = Math.max(body.far[0][0], body.near[0][0], hip[0]) + 13;
  return path(
    draw(
      'M',
      hip[0] - 8,
      hip[1] - 14,
      'L',
      hip[0] + 8,
      hip[1] - 14,
      'Q',
      right - 4,
      hip[1] + 8,
      right,
      low,
      'Q',
      (left + right) / 2,
      low + 6,
      left,
      low,
      'Q',
      left + 4,
      hip[1] + 8,
      hip[0] - 8,
      hip[1] - 14,
      'Z',
    ),
    cloth.fill,
  );
}
