import {
  circle,
  draw,
  ellipse,
  line,
  path,
  rect,
  type Sketch,
  sketch,
  standingBox,
  stroke,
  type Tone,
} from '../../drawing/index.ts';

/** A chair seen from the side, its back to the left. */
export function chair(tone: Tone): Sketch {
  const svg = [
    line(
      [
        [-14, -32],
        [-15, 0],
      ],
      tone.deep,
      5,
    ),
    line(
      [
        [16, -31],
        [17, 0],
      ],
      tone.deep,
      5,
    ),
    path(draw('M', -20, -74, 'q', 2, -5, 7, -3, 'l', 4, 44, 'l', -9, 2, 'Z'), tone.fill),
    line(
      [
        [-9, -31],
        [-10, 0],
      ],
      tone.dark,
      5,
    ),
    line(
      [
        [11, -31],
        [12, 0],
      ],
      tone.dark,
      5,
    ),
    rect(-18, -37, 38, 8, 4, tone.fill),
    rect(-15, -39, 33, 4, 2, tone.light),
  ];
  return sketch(svg.join(''), standingBox(42, 78), { seat: [2, -39] });
}

export function table(tone: Tone): Sketch {
  const svg = [
    line(
      [
        [-38, -48],
        [-40, 0],
      ],
      tone.deep,
      6,
    ),
    line(
      [
        [38, -48],
        [40, 0],
      ],
      tone.deep,
      6,
    ),
    rect(-44, -50, 88, 9, 2, tone.dark),
    line(
      [
        [-46, -46],
        [-48, 0],
      ],
      tone.dark,
      6.5,
    ),
    line(
      [
        [46, -46],
        [48, 0],
      ],
      tone.dark,
      6.5,
    ),
    rect(-55, -56, 110, 9, 4, tone.fill),
    rect(-52, -56, 104, 3, 1.5, tone.light),
  ];
  return sketch(svg.join(''), standingBox(110, 56), { seat: [0, -56], under: [0, 0] });
}

/** A garden bench of planks. */
export function bench(tone: Tone): Sketch {
  const plank = (y: number, fill: string): string => rect(-54, y, 108, 8, 3, fill);
  const svg = [
    line(
      [
        [-44, -62],
        [-44, -2],
      ],
      '#4d4650',
      5,
    ),
    line(
      [
        [44, -62],
        [44, -2],
      ],
      '#4d4650',
      5,
    ),
    plank(-66, tone.fill),
    plank(-54, tone.base),
    line(
      [
        [-46, -30],
        [-50, 0],
      ],
      '#3c3640',
      5.5,
    ),
    line(
      [
        [46, -30],
        [50, 0],
      ],
      '#3c3640',
      5.5,
    ),
    plank(-36, tone.fill),
    rect(-54, -30, 108, 4, 2, tone.dark),
    rect(-52, -66, 104, 2.4, 1, tone.light),
  ];
  return sketch(svg.join(''), standingBox(110, 67), { seat: [0, -36], under: [0, 0] });
}

export function sofa(tone: Tone): Sketch {
  const svg = [
    line(
      [
        [-52, -6],
        [-54, 0],
        [-52, -6],
      ],
      '#5a3d2c',
      6,
    ),
    line(
      [
        [52, -6],
        [54, 0],
        [52, -6],
      ],
      '#5a3d2c',
      6,
    ),
    rect(-58, -66, 116, 56, 14, tone.fill),
    rect(-50, -60, 48, 34, 9, tone.light),
    rect(2, -60, 48, 34, 9, tone.light),
    rect(-54, -34, 54, 17, 7, tone.base),
    rect(0, -34, 54, 17, 7, tone.base),
    rect(-54, -20, 108, 14, 5, tone.dark),
    rect(-66, -46, 18, 42, 8, tone.fill),
    rect(48, -46, 18, 42, 8, tone.fill),
    circle(-25, -43, 1.6, tone.dark),
    circle(26, -43, 1.6, tone.dark),
  ];
  return sketch(svg.join(''), standingBox(132, 66), { seat: [0, -34] });
}

/** A table lamp that is lit. */
export function lamp(tone: Tone): Sketch {
  const svg = [
    ellipse(0, -34, 34, 30, 'url(#glow)'),
    ellipse(0, -3, 13, 4, '#7b5a3c'),
    line(
      [
        [0, -4],
        [0, -26],
      ],
      '#9a7550',
      4.5,
    ),
    circle(0, -13, 5, '#b58a5e'),
    path(draw('M', -11, -54, 'L', 11, -54, 'L', 20, -25, 'Q', 0, -20, -20, -25, 'Z'), tone.fill),
    stroke(draw('M', -19, -26, 'Q', 0, -21, 19, -26), tone.light, 2.5),
    ellipse(0, -54, 11, 2.6, '#fff3c4'),
  ];
  return sketch(svg.join(''), standingBox(42, 57), { handle: [0, -12] });
}
