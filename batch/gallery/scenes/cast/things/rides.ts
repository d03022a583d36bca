import {
  circle,
  draw,
  ellipse,
  line,
  type Point,
  path,
  rect,
  type Sketch,
  sketch,
  standingBox,
  stroke,
  type Tone,
} from '../../drawing/index.ts';

function wheel(x: number, radius: number): string {
  return (
    circle(x, -radius, radius, '#2f2c36') +
    circle(x, -radius, radius * 0.55, '#d8d4cf') +
    circle(x, -radius, radius * 0.2, '#6a6570')
  );
}

/** A car driving right. */
export function car(tone: Tone): Sketch {
  const svg = [
    path(
      draw('M', -34, -38, 'C', -28, -62, -14, -66, 4, -66, 'C', 22, -66, 32, -54, 40, -38, 'Z'),
      tone.dark,
    ),
    path(draw('M', -27, -38, 'C', -23, -56, -13, -60, -1, -60, 'L', -1, -38, 'Z'), '#cfe8f2'),
    path(draw('M', 5, -60, 'C', 18, -60, 26, -50, 32, -38, 'L', 5, -38, 'Z'), '#bcdcec'),
    line(
      [
        [-18, -41],
        [-8, -57],
      ],
      '#f2fafc',
      2.4,
    ),
    path(
      draw(
        'M',
        -64,
        -14,
        'C',
        -66,
        -36,
        -56,
        -40,
        -36,
        -41,
        'L',
        42,
        -41,
        'C',
        58,
        -38,
        66,
        -32,
        66,
        -14,
        'Q',
        66,
        -9,
        60,
        -9,
        'L',
        -58,
        -9,
        'Q',
        -64,
        -9,
        -64,
        -14,
        'Z',
      ),
      tone.fill,
    ),
    stroke(draw('M', -56, -33, 'L', 52, -33), tone.light, 2.6),
    line(
      [
        [2, -38],
        [2, -14],
      ],
      tone.dark,
      1.4,
    ),
    line(
      [
        [8, -29],
        [15, -29],
      ],
      tone.deep,
      2.4,
    ),
    ellipse(61, -26, 4, 5, '#ffe7a1'),
    ellipse(-62, -25, 3, 5, '#e2574c'),
    rect(52, -15, 15, 5, 2.5, '#d8d4cf'),
    rect(-67, -15, 13, 5, 2.5, '#d8d4cf'),
    wheel(-36, 13.5),
    wheel(38, 13.5),
  ];
  return sketch(svg.join(''), standingBox(134, 66), { seat: [2, -66] });
}

/** A bicycle whose saddle is the anchor `seat` and whose handlebar is `bar`. */
export function bicycle(tone: Tone): Sketch {
  const rim = (x: number): string =>
    `<circle cx="${x}" cy="-22" r="20" fill="none" stroke="#35323c" stroke-width="4"/>` +
    [
      [0, -18],
      [16, -8],
      [10, 15],
      [-10, 15],
      [-16, -8],
    ]
      .map(([dx = 0, dy = 0]) =>
        line(
          [
            [x, -22],
            [x + dx, -22 + dy],
          ],
          '#a9a4ad',
          1,
        ),
      )
      .join('');
  const frame: readonly Point[] = [
    [-34, -22],
    [-12, -52],
    [22, -54],
    [-2, -22],
    [-34, -22],
  ];
  const svg = [
    rim(-34),
    rim(34),
    line(frame, tone.base, 4.6),
    line(
      [
        [-2, -22],
        [-14, -58],
      ],
      tone.dark,
      4.6,
    ),
    line(
      [
        [34, -22],
        [20, -64],
      ],
      tone.base,
      4.6,
    ),
    stroke(draw('M', 20, -64, 'q', 8, -6, 12, -1), '#35323c', 4),
    line(
      [
        [-23, -60],
        [-7, -60],
      ],
      '#4b2f28',
      6,
    ),
    circle(-2, -22, 6, tone.deep),
    line(
      [
        [-2, -22],
        [4, -12],
      ],
      '#35323c',
      3,
    ),
  ];
  return sketch(svg.join(''), standingBox(112, 68), { seat: [-15, -62], bar: [27, -66], pedal: [4, -10] });
}

/** A guitar, its neck to the upper right; `strings` is where it is strummed. */
export function guitar(tone: Tone): Sketch {
  const svg = [
    path(
      draw(
        'M',
        4,
        -30,
        'C',
        12,
        -22,
        6,
        -16,
        10,
        -8,
        'C',
        6,
        6,
        -20,
        6,
        -24,
        -8,
        'C',
        -26,
        -20,
        -14,
        -22,
        -14,
        -30,
        'C',
        -14,
        -40,
        -2,
        -40,
        4,
        -30,
        'Z',
      ),
      tone.fill,
    ),
    line(
      [
        [-2, -28],
        [38, -56],
      ],
      '#5b3b2a',
      5.5,
    ),
    line(
      [
        [37, -56],
        [46, -62],
      ],
      '#3c2a22',
      8,
    ),
    circle(-5, -20, 5.4, tone.deep),
    line(
      [
        [-14, -11],
        [36, -54],
      ],
      '#f6ecd4',
      1,
    ),
  ];
  return sketch(svg.join(''), { left: -26, right: 50, top: -66, bottom: 3 }, { handle: [-6, -16] });
}
