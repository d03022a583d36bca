import { circle, draw, ellipse, faded, path, stroke, type Tone } from '../../drawing/index.ts';
import type { Breed } from './breed.ts';

const NOSE = '#2a222c';

/** An open or a shut eye. */
export function eye(x: number, y: number, radius: number, asleep: boolean, iris = '#231c28'): string {
  return asleep
    ? stroke(draw('M', x - radius, y, 'q', radius, radius * 1.1, radius * 2, 0), '#231c28', 1.3)
    : circle(x, y, radius + 0.9, '#fffdf6') +
        circle(x + 0.3, y, radius, iris) +
        circle(x + 0.8, y - radius * 0.4, 0.7, '#ffffff');
}

export const DOG: Breed = {
  length: 54,
  height: 40,
  depth: 20,
  leg: 8,
  reach: [8, -9],
  headRadius: 13,
  tailReach: 13,
  neck: 15,
  crest: 14,
  hoof: '',
  head: (tone, asleep) =>
    [
      circle(0, 0, 12.5, tone.fill),
      ellipse(11, 4.5, 9, 6.6, tone.light),
      ellipse(18, 1.5, 3.2, 2.6, NOSE),
      stroke(draw('M', 17, 4, 'q', -2, 5, -8, 4), NOSE, 1.3),
      asleep
        ? ''
        : path(
            draw('M', 10, 9, 'q', 4, 1, 5, -1, 'q', 1, 6, -2, 6.5, 'q', -3, -0.5, -3, -5.5, 'Z'),
            '#ee7f86',
          ),
      eye(4.5, -3, 2, asleep),
      path(draw('M', -4, -11, 'C', -13, -12, -17, 4, -10, 11, 'C', -5, 10, -2, 2, -1, -9, 'Z'), tone.deep),
    ].join(''),
  tail: (tone) => stroke(draw('M', 3, 2, 'C', -8, -2, -10, -10, -9, -17), tone.base, 6.5),
  marks: (tone) =>
    ellipse(20, -24, 8, 10, tone.light) + stroke(draw('M', 20, -41, 'q', 7, 2, 10, 8), '#c8443e', 4),
};

export const CAT: Breed = {
  length: 46,
  height: 31,
  depth: 16,
  leg: 6.4,
  reach: [6, -8],
  headRadius: 12,
  tailReach: 17,
  neck: 12,
  crest: 19,
  hoof: '',
  head: (tone, asleep) =>
    [
      path(
        draw('M', -10, -4, 'L', -9.5, -18, 'L', 0, -10, 'Z', 'M', 10, -4, 'L', 10.5, -18, 'L', 1, -10, 'Z'),
        tone.dark,
      ),
      path(
        draw('M', -8, -7, 'L', -8, -14, 'L', -3, -10, 'Z', 'M', 8.6, -7, 'L', 8.8, -14, 'L', 4, -10, 'Z'),
        '#f0a3a0',
      ),
      ellipse(0, 0, 12.5, 11, tone.fill),
      ellipse(2, 5, 6.5, 4.5, tone.light),
      eye(-4, -1.5, 2.2, asleep, '#3f7d4a'),
      eye(6, -1.5, 2.2, asleep, '#3f7d4a'),
      path(draw('M', 0.4, 3, 'l', 3.6, 0, 'l', -1.8, 2.2, 'Z'), '#d9706f'),
      stroke(draw('M', 2.2, 5, 'q', -2, 3, -4, 1.4, 'M', 2.2, 5, 'q', 2, 3, 4, 1.4), NOSE, 0.9),
      faded(
        stroke(
          draw('M', 9, 4, 'l', 9, -2, 'M', 9, 6, 'l', 9, 1, 'M', -7, 4, 'l', -8, -2, 'M', -7, 6, 'l', -8, 1),
          '#f7f1e6',
          0.9,
        ),
        0.9,
      ),
      stripes(tone, [-4, 0, 4], -11),
    ].join(''),
  tail: (tone) =>
    stroke(draw('M', 3, 2, 'C', -12, 2, -8, -14, -13, -24), tone.base, 5.4) +
    stroke(draw('M', -12, -21, 'L', -13, -24), tone.light, 5.4),
  marks: (tone) => stripes(tone, [-12, -5, 2, 9], -30),
};

function stripes(tone: Tone, at: readonly number[], y: number): string {
  return at.map((x) => stroke(draw('M', x, y + 1, 'q', 1, 3, -0.5, 5), tone.deep, 1.8)).join('');
}

export const RABBIT: Breed = {
  length: 34,
  height: 24,
  depth: 18,
  leg: 6,
  reach: [1, -6],
  headRadius: 9.5,
  tailReach: 8,
  neck: 12,
  crest: 28,
  hoof: '',
  head: (tone, asleep) =>
    [
      stroke(draw('M', -4, -6, 'Q', -10, -16, -8, -25), tone.dark, 6.5),
      stroke(draw('M', 1, -6, 'Q', 0, -18, 3, -26), tone.base, 6.5),
      stroke(draw('M', 1, -10, 'Q', 0.6, -18, 2.6, -24), '#f2a8a8', 2.6),
      ellipse(1, 0, 10, 9, tone.fill),
      circle(6, 3.5, 4.4, tone.light),
      circle(9.8, 2, 1.5, '#d9706f'),
      eye(3.4, -2, 1.9, asleep),
    ].join(''),
  tail: (tone) => circle(-1, 4, 5.5, tone.light),
  marks: (tone) => ellipse(-8, -12, 10, 9, tone.dark) + ellipse(-9, -13, 9, 8, tone.base),
};
