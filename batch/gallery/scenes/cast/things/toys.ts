import {
  circle,
  draw,
  ellipse,
  faded,
  line,
  path,
  polygon,
  type Sketch,
  sketch,
  standingBox,
  stroke,
  type Tone,
} from '../../drawing/index.ts';

export function ball(tone: Tone): Sketch {
  const svg = [
    circle(0, -15, 15, tone.fill),
    stroke(
      draw('M', -13.6, -19, 'Q', 0, -9, 13.6, -19, 'M', -3, -29.6, 'Q', -9, -14, -2, -0.4),
      tone.light,
      2.2,
    ),
    faded(ellipse(-5, -22, 4.5, 3, '#ffffff'), 0.75),
  ];
  return sketch(svg.join(''), standingBox(30, 30), { handle: [0, -15] });
}

/** A balloon on a string; the string's end stands on y = 0. */
export function balloon(tone: Tone): Sketch {
  const svg = [
    stroke(draw('M', 0, 0, 'Q', 5, -14, 0, -26, 'Q', -3, -34, 0, -40), '#7a7480', 1.4),
    path(draw('M', -4, -38, 'L', 4, -38, 'L', 0, -45, 'Z'), tone.dark),
    path(draw('M', 0, -42, 'C', -30, -56, -22, -88, 0, -88, 'C', 22, -88, 30, -56, 0, -42, 'Z'), tone.fill),
    faded(ellipse(-8, -74, 4.5, 7.5, '#ffffff'), 0.65),
  ];
  return sketch(svg.join(''), standingBox(48, 88), { handle: [0, 0] });
}

/** A kite; its string begins at the anchor `string`. */
export function kite(tone: Tone): Sketch {
  const bow = (x: number, y: number): string =>
    polygon(
      [
        [x, y],
        [x - 6, y - 3],
        [x - 5, y + 4],
      ],
      tone.base,
    ) +
    polygon(
      [
        [x, y],
        [x + 6, y - 4],
        [x + 6, y + 3],
      ],
      tone.dark,
    );
  const svg = [
    stroke(draw('M', -2, -26, 'q', -10, 10, -2, 17, 'q', 6, 6, -4, 12), '#6b6573', 1.3),
    bow(-7, -16),
    bow(-1, -6),
    polygon(
      [
        [6, -84],
        [26, -56],
        [-2, -24],
        [-18, -62],
      ],
      tone.fill,
    ),
    polygon(
      [
        [6, -84],
        [26, -56],
        [3, -58],
      ],
      tone.light,
    ),
    polygon(
      [
        [-18, -62],
        [3, -58],
        [-2, -24],
      ],
      tone.dark,
    ),
    line(
      [
        [6, -84],
        [-2, -24],
      ],
      tone.deep,
      1.4,
    ),
    line(
      [
        [-18, -62],
        [26, -56],
      ],
      tone.deep,
      1.4,
    ),
  ];
  return sketch(svg.join(''), { left: -19, right: 27, top: -84, bottom: 0 }, { string: [3, -58] });
}

/** A teddy bear that sits. */
export function bear(tone: Tone): Sketch {
  const svg = [
    circle(-10, -44, 6, tone.dark),
    circle(10, -44, 6, tone.dark),
    circle(-10, -44, 3, tone.light),
    circle(10, -44, 3, tone.light),
    ellipse(0, -14, 14, 14, tone.fill),
    ellipse(-15, -20, 5, 9, tone.base),
    ellipse(15, -20, 5, 9, tone.base),
    ellipse(-11, -5, 7.5, 6, tone.dark),
    ellipse(11, -5, 7.5, 6, tone.dark),
    circle(-11, -5, 3.4, tone.light),
    circle(11, -5, 3.4, tone.light),
    ellipse(0, -13, 8, 8, tone.light),
    circle(0, -36, 13.5, tone.fill),
    ellipse(0, -31.5, 6, 4.6, tone.light),
    circle(0, -33.4, 2, '#2c2328'),
    circle(-5, -39, 1.7, '#2c2328'),
    circle(5, -39, 1.7, '#2c2328'),
    polygon(
      [
        [0, -22],
        [-7, -26],
        [-7, -18],
      ],
      '#d8474c',
    ),
    polygon(
      [
        [0, -22],
        [7, -26],
        [7, -18],
      ],
      '#b93540',
    ),
  ];
  return sketch(svg.join(''), standingBox(40, 50), { handle: [0, -15] });
}
