import {
  draw,
  ellipse,
  line,
  type Point,
  path,
  type Sketch,
  sketch,
  stroke,
  type Tone,
  transformed,
} from '../../drawing/index.ts';

export type AnimalPose = 'stand' | 'walk' | 'run' | 'sit' | 'sleep';

/** What tells one four-legged animal from another. Lengths in units; it looks right. */
export interface Breed {
  readonly length: number;
  /** From the ground to the back. */
  readonly height: number;
  /** From the back to the belly. */
  readonly depth: number;
  readonly leg: number;
  /** Where the head is from the chest's upper corner, standing. */
  readonly reach: Point;
  readonly headRadius: number;
  /** How far the tail reaches from where it begins. */
  readonly tailReach: number;
  readonly neck: number;
  readonly head: (tone: Tone, asleep: boolean) => string;
  /** The tail from where it begins, to the left. */
  readonly tail: (tone: Tone) => string;
  /** Spots, saddle or wool over a standing body. */
  readonly marks?: (tone: Tone) => string;
  readonly hoof: string;
  /** How far ears or horns stand above the head's middle. */
  readonly crest: number;
}

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

/** Upright on its hind quarters. */
function seated(breed: Breed, tone: Tone): Sketch {
  const { length: l, height: h, depth: d, leg, headRadius: r } = breed;
  const top = -h * 1.02;
  const head: Point = [l * 0.2, top - r * 0.35];
  const svg = [
    transformed(breed.tail(tone), [-l * 0.3, -leg * 0.8], 1, 1, -25),
    path(
      draw(
        'M',
        l * 0.02,
        top,
        'C',
        -l * 0.2,
        top * 0.8,
        -l * 0.42,
        -d * 0.9,
        -l * 0.34,
        0,
        'L',
        l * 0.22,
        0,
        'C',
        l * 0.3,
        -d * 0.5,
        l * 0.34,
        top * 0.7,
        l * 0.26,
        top,
        'Z',
      ),
      tone.fill,
    ),
    line(
      [
        [l * 0.2, top * 0.62],
        [l * 0.24, -leg * 0.4],
      ],
      tone.base,
      leg,
    ),
    line(
      [
        [l * 0.1, top * 0.55],
        [l * 0.14, -leg * 0.4],
      ],
      tone.light,
      leg,
    ),
    ellipse(-l * 0.13, -d * 0.34, d * 0.42, d * 0.4, tone.dark),
    line(
      [
        [-l * 0.1, -leg * 0.4],
        [l * 0.03, -leg * 0.4],
      ],
      tone.base,
      leg * 0.9,
    ),
    transformed(breed.head(tone, false), head, 1, 1),
  ].join('');
  return sketch(
    svg,
    { left: -l * 0.3 - breed.tailReach, right: head[0] + r * 1.5, top: head[1] - breed.crest, bottom: 0 },
    { back: [0, top], mouth: [head[0] + r * 1.4, head[1] + r * 0.4], neck: [l * 0.2, top + r * 0.5], head },
  );
}

/** Curled on the ground, eyes shut. */
function lying(breed: Breed, tone: Tone): Sketch {
  const { length: l, depth: d, leg, headRadius: r } = breed;
  const head: Point = [l * 0.4, -r * 0.95];
  const svg = [
    path(
      draw(
        'M',
        -l * 0.55,
        0,
        'C',
        -l * 0.62,
        -d * 1.2,
        -l * 0.1,
        -d * 1.35,
        l * 0.2,
        -d * 0.95,
        'C',
        l * 0.42,
        -d * 0.75,
        l * 0.5,
        -d * 0.2,
        l * 0.42,
        0,
        'Z',
      ),
      tone.fill,
    ),
    ellipse(-l * 0.26, -d * 0.4, d * 0.5, d * 0.4, tone.dark),
    stroke(
      draw('M', -l * 0.52, -leg * 0.5, 'Q', -l * 0.2, leg * 0.2, l * 0.1, -leg * 0.5),
      tone.light,
      leg * 0.9,
    ),
    line(
      [
        [l * 0.2, -leg * 0.5],
        [l * 0.52, -leg * 0.5],
      ],
      tone.base,
      leg,
    ),
    transformed(breed.head(tone, true), head, 1, 1, 8),
  ].join('');
  return sketch(
    svg,
    { left: -l * 0.6, right: head[0] + r * 1.6, top: Math.min(head[1] - breed.crest, -d * 1.15), bottom: 0 },
    { back: [0, -d], mouth: [head[0] + r, head[1]], neck: head, head },
  );
}
