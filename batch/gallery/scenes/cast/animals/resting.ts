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
import type { Breed } from './breed.ts';

/** Upright on its hind quarters. */
export function seated(breed: Breed, tone: Tone): Sketch {
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
export function lying(breed: Breed, tone: Tone): Sketch {
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
