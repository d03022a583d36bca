import {
  draw,
  ellipse,
  line,
  type Point,
  path,
  type Sketch,
  sketch,
  type Tone,
  transformed,
} from '../../drawing/index.ts';
import type { AnimalPose, Breed } from './breed.ts';
import { lying, seated } from './resting.ts';

/** A four-legged animal in a pose. Anchors: `back`, `mouth`, `neck`, `head`. */
export function quadruped(breed: Breed, tone: Tone, pose: AnimalPose): Sketch {
  if (pose === 'sit') return seated(breed, tone);
  if (pose === 'sleep') return lying(breed, tone);
  const { length: l, height: h, depth: d, reach } = breed;
  const lift = pose === 'run' ? h * 0.08 : 0;
  const head: Point = [l * 0.44 + reach[0], -h - lift + reach[1] + (pose === 'run' ? h * 0.08 : 0)];
  const svg = [
    legs(breed, tone, pose, lift, true),
    transformed(breed.tail(tone), [-l * 0.47, -h - lift + d * 0.25], 1, 1, pose === 'run' ? 20 : 0),
    line([[l * 0.34, -h - lift + d * 0.42], head], tone.base, breed.neck),
    trunk(l, h + lift, d, tone.fill),
    transformed(breed.marks?.(tone) ?? '', [0, -lift], 1, 1),
    legs(breed, tone, pose, lift, false),
    transformed(breed.head(tone, false), head, 1, 1),
  ].join('');
  const r = breed.headRadius;
  return sketch(
    svg,
    {
      left: Math.min(-l * (pose === 'run' ? 0.75 : 0.5), -l * 0.47 - breed.tailReach),
      right: head[0] + r * 1.5,
      top: Math.min(head[1] - breed.crest, -h),
      bottom: 0,
    },
    {
      back: [-l * 0.04, -h - lift],
      mouth: [head[0] + r * 1.4, head[1] + r * 0.4],
      neck: [l * 0.4, -h + d * 0.1],
      head,
    },
  );
}

function trunk(l: number, h: number, d: number, fill: string): string {
  const x = l / 2;
  return path(
    draw(
      'M',
      -x,
      -h + d * 0.45,
      'C',
      -x,
      -h - 2,
      -x * 0.5,
      -h + 1,
      0,
      -h + 2,
      'C',
      x * 0.5,
      -h + 2,
      x * 0.85,
      -h - 3,
      x,
      -h + d * 0.4,
      'C',
      x,
      -h + d * 1.08,
      x * 0.5,
      -h + d,
      0,
      -h + d * 0.92,
      'C',
      -x * 0.5,
      -h + d * 0.86,
      -x,
      -h + d * 1.08,
      -x,
      -h + d * 0.45,
      'Z',
    ),
    fill,
  );
}

/** Hip, knee and foot of the far or the near legs. */
function legs(breed: Breed, tone: Tone, pose: AnimalPose, lift: number, far: boolean): string {
  const { length: l, height: h, depth: d, leg } = breed;
  const top = -h - lift + d * 0.68;
  const colour = far ? tone.dark : tone.base;
  const shift = far ? l * 0.1 : 0;
  const stride =
    { stand: 0, walk: l * 0.09, run: l * 0.24, sit: 0, sleep: 0 }[pose] * (far && pose !== 'run' ? -1 : 1);
  const ground = pose === 'run' ? -h * 0.14 : 0;
  const hind: Point[] = [
    [-l * 0.36 + shift, top],
    [-l * 0.39 + shift - stride * 0.5, top * 0.5],
    [-l * 0.38 + shift - stride * 1.2, ground - leg * 0.3],
  ];
  const fore: Point[] = [
    [l * 0.33 - shift, top],
    [l * 0.35 - shift + stride * 0.8, top * 0.52 - (pose === 'run' ? h * 0.1 : 0)],
    [l * 0.34 - shift + stride * 1.25, (far ? ground * 2 : ground) - leg * 0.3],
  ];
  const foot = ([x, y]: Point): string =>
    ellipse(x + leg * 0.15, y + leg * 0.05, leg * 0.62, leg * 0.42, breed.hoof);
  const drawn = [hind, fore].map((points) => {
    const end = points[2] ?? [0, 0];
    return line(points, colour, leg) + (breed.hoof === '' ? '' : foot(end));
  });
  return drawn.join('');
}
