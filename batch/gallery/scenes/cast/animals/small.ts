import {
  circle,
  draw,
  ellipse,
  faded,
  path,
  type Sketch,
  sketch,
  standingBox,
  stroke,
  type Tone,
} from '../../drawing/index.ts';
import { eye } from './pets.ts';

/** A songbird, perched or flying to the right. */
export function bird(tone: Tone, flying: boolean): Sketch {
  const body = path(
    draw(
      'M',
      -16,
      -14,
      'C',
      -12,
      -2,
      8,
      2,
      15,
      -12,
      'C',
      18,
      -24,
      8,
      -30,
      1,
      -24,
      'C',
      -6,
      -18,
      -12,
      -18,
      -16,
      -14,
      'Z',
    ),
    tone.fill,
  );
  const parts = [
    path(draw('M', -12, -12, 'l', -18, 2, 'l', 4, -5, 'l', -5, -4, 'l', 20, 0, 'Z'), tone.deep),
    flying
      ? path(
          draw('M', -2, -16, 'C', -4, -34, -16, -42, -24, -42, 'C', -22, -30, -18, -18, -8, -12, 'Z'),
          tone.dark,
        )
      : stroke(draw('M', -1, -4, 'l', -1, 4, 'M', 4, -4, 'l', 0, 4), '#b5742f', 1.8),
    body,
    ellipse(4, -8, 8.5, 6, tone.light),
    flying
      ? path(
          draw('M', 6, -16, 'C', 6, -34, -4, -46, -12, -48, 'C', -12, -34, -10, -18, -4, -12, 'Z'),
          tone.base,
        )
      : path(
          draw('M', 4, -17, 'C', -2, -4, -12, -6, -20, -8, 'C', -14, -14, -8, -22, 4, -17, 'Z'),
          tone.dark,
        ),
    path(draw('M', 14.5, -22, 'l', 9, 3, 'l', -9, 3, 'Z'), '#f0a23a'),
    eye(9, -21, 1.9, false),
  ];
  return sketch(
    parts.join(''),
    flying ? { left: -30, right: 24, top: -48, bottom: 0 } : { left: -31, right: 24, top: -29, bottom: 0 },
    {
      mouth: [22, -19],
      back: [0, -24],
    },
  );
}

/** A duck, on its feet or afloat. */
export function duck(tone: Tone, afloat: boolean): Sketch {
  const parts = [
    afloat
      ? ''
      : stroke(draw('M', -3, -8, 'l', 0, 7, 'l', 4, 0, 'M', 6, -8, 'l', 0, 7, 'l', 4, 0), '#ee8f2f', 2.6),
    path(
      draw(
        'M',
        -27,
        -21,
        'C',
        -22,
        -4,
        6,
        -2,
        17,
        -12,
        'C',
        23,
        -20,
        16,
        -28,
        8,
        -26,
        'C',
        -4,
        -22,
        -18,
        -16,
        -27,
        -21,
        'Z',
      ),
      tone.fill,
    ),
    stroke(draw('M', 12, -18, 'Q', 14, -26, 13, -32), tone.base, 11),
    circle(14, -36, 9, tone.fill),
    path(draw('M', 21, -38, 'q', 10, 0, 12, 4, 'q', -6, 3, -13, 1, 'Z'), '#f0932f'),
    path(draw('M', 5, -19, 'C', -4, -26, -16, -22, -20, -18, 'C', -14, -9, -2, -8, 5, -19, 'Z'), tone.dark),
    stroke(draw('M', 10, -27, 'q', 4, 2, 8, 0), tone.light, 2.4),
    eye(17, -37, 1.8, false),
  ];
  return sketch(parts.join(''), standingBoxAround(-28, 34, -46), { mouth: [32, -34], back: [-4, -24] });
}

function standingBoxAround(left: number, right: number, top: number): ReturnType<typeof standingBox> {
  return { left, right, top, bottom: 0 };
}

/** A fish in a bowl of water. */
export function fishBowl(tone: Tone): Sketch {
  const svg = [
    ellipse(0, -25, 27, 25, '#d8eef6'),
    path(
      draw(
        'M',
        -26,
        -30,
        'Q',
        0,
        -34,
        26,
        -30,
        'C',
        27,
        -8,
        12,
        0,
        0,
        0,
        'C',
        -12,
        0,
        -27,
        -8,
        -26,
        -30,
        'Z',
      ),
      '#8fcbe6',
    ),
    path(draw('M', -17, -5, 'Q', 0, 2, 17, -5, 'Q', 8, 0, 0, 0, 'Q', -8, 0, -17, -5, 'Z'), '#e3c48f'),
    path(draw('M', -7, -17, 'l', -11, -8, 'l', 1, 16, 'Z'), tone.dark),
    path(draw('M', -1, -24, 'q', 6, -7, 9, 2, 'Z'), tone.dark),
    ellipse(3, -17, 12.5, 8, tone.fill),
    path(draw('M', 0, -15, 'q', -6, 6, -7, 0, 'Z'), tone.deep),
    eye(9, -19, 1.9, false),
    faded(circle(16, -27, 1.8, '#ffffff') + circle(19, -24, 1.2, '#ffffff'), 0.8),
    faded(
      ellipse(0, -48, 17, 3.5, '#ffffff') +
        stroke(draw('M', -20, -36, 'Q', -26, -22, -18, -11), '#ffffff', 3),
      0.6,
    ),
  ];
  return sketch(svg.join(''), standingBox(54, 52), { mouth: [0, -50] });
}
