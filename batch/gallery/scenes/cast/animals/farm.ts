import { circle, draw, ellipse, path, stroke, type Tone } from '../../drawing/index.ts';
import type { Breed } from './breed.ts';
import { eye } from './pets.ts';

export const HORSE: Breed = {
  length: 92,
  height: 76,
  depth: 36,
  leg: 10.5,
  reach: [17, -27],
  headRadius: 17,
  tailReach: 17,
  neck: 23,
  crest: 22,
  hoof: '#3a2e2c',
  head: (tone, asleep) =>
    [
      path(draw('M', -6, -14, 'l', 3, -10, 'l', 6, 10, 'Z'), tone.dark),
      path(
        draw(
          'M',
          -11,
          -6,
          'C',
          -10,
          -18,
          6,
          -18,
          11,
          -8,
          'L',
          25,
          8,
          'C',
          29,
          14,
          24,
          21,
          16,
          18,
          'L',
          -2,
          12,
          'C',
          -9,
          10,
          -12,
          2,
          -11,
          -6,
          'Z',
        ),
        tone.fill,
      ),
      ellipse(22, 13, 6.5, 6, tone.light),
      circle(25, 12, 1.4, '#2a222c'),
      eye(4, -4, 2.4, asleep),
      stroke(draw('M', -4, -17, 'Q', -16, -8, -22, 12, 'M', -8, -15, 'Q', -20, 0, -28, 20), tone.deep, 8),
      stroke(draw('M', 0, -18, 'Q', 6, -14, 5, -8), tone.deep, 5),
    ].join(''),
  tail: (tone) => stroke(draw('M', 3, 0, 'C', -12, 2, -12, 24, -10, 38), tone.deep, 9),
  marks: (tone) => stroke(draw('M', -30, -74, 'Q', 0, -68, 28, -74), tone.light, 4),
};

export const COW: Breed = {
  length: 92,
  height: 66,
  depth: 40,
  leg: 11,
  reach: [12, -3],
  headRadius: 15,
  tailReach: 14,
  neck: 22,
  crest: 21,
  hoof: '#3f3230',
  head: (tone, asleep) =>
    [
      stroke(draw('M', -7, -11, 'q', -6, -4, -4, -10, 'M', 7, -11, 'q', 7, -3, 6, -10), '#efe2c4', 4.4),
      ellipse(-13, -5, 7, 4, tone.dark),
      ellipse(14, -6, 6, 4, tone.dark),
      path(draw('M', -11, -8, 'Q', 0, -16, 11, -8, 'L', 10, 8, 'Q', 1, 14, -7, 8, 'Z'), tone.fill),
      ellipse(2, 9.5, 10.5, 7, '#f0b3ab'),
      circle(-1.5, 9, 1.4, '#8a5054'),
      circle(6, 9, 1.4, '#8a5054'),
      eye(-4, -3, 2, asleep),
      eye(6, -3, 2, asleep),
    ].join(''),
  tail: (tone) =>
    stroke(draw('M', 3, 0, 'C', -8, 2, -9, 16, -8, 30), tone.base, 4) + ellipse(-8, 33, 3.6, 6, tone.deep),
  marks: (tone) => patches(tone) + ellipse(-16, -24, 10, 6.5, '#f0b3ab'),
};

/** Patches: white ones on dark cows, dark ones on white cows. */
function patches(tone: Tone): string {
  const pale = Number.parseInt(tone.base.slice(3, 5), 16) > 0xd0;
  const colour = pale ? '#5b4a48' : '#fbf6ea';
  return [
    path(draw('M', -34, -60, 'q', 14, -8, 22, 2, 'q', 2, 14, -10, 16, 'q', -16, 0, -12, -18, 'Z'), colour),
    path(draw('M', 2, -58, 'q', 14, -4, 20, 6, 'q', -2, 16, -14, 14, 'q', -12, -6, -6, -20, 'Z'), colour),
    ellipse(-6, -34, 8, 6, colour),
  ].join('');
}

export const SHEEP: Breed = {
  length: 62,
  height: 50,
  depth: 32,
  leg: 7,
  reach: [10, 2],
  headRadius: 11,
  tailReach: 9,
  neck: 14,
  crest: 12,
  hoof: '#3a3236',
  head: (tone, asleep) =>
    [
      ellipse(-9, 0, 7, 3.6, '#574848'),
      ellipse(2, 3, 8.5, 11, '#6b5a58'),
      circle(-4, -8, 5.5, tone.base),
      circle(2, -10, 6, tone.light),
      circle(7, -8, 4.6, tone.base),
      eye(5, 0, 1.8, asleep),
      ellipse(5, 11, 2.4, 1.4, '#2f2629'),
    ].join(''),
  tail: (tone) => circle(-2, 4, 6, tone.light),
  marks: (tone) => wool(tone),
};

function wool(tone: Tone): string {
  const curls = [
    [-28, -40],
    [-18, -49],
    [-5, -52],
    [8, -51],
    [20, -47],
    [28, -38],
    [27, -27],
    [16, -20],
    [3, -18],
    [-11, -19],
    [-24, -24],
    [-31, -31],
  ] as const;
  return (
    curls.map(([x, y]) => circle(x, y, 9, y < -40 ? tone.light : y > -25 ? tone.dark : tone.base)).join('') +
    ellipse(0, -36, 29, 16, tone.base) +
    stroke(
      draw('M', -14, -38, 'q', 5, -6, 9, 0, 'M', 4, -42, 'q', 5, -6, 9, 0, 'M', -2, -29, 'q', 5, -6, 9, 0),
      tone.dark,
      1.6,
    )
  );
}
