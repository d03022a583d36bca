import {
  circle,
  draw,
  line,
  type Point,
  path,
  type Sketch,
  sketch,
  standingBox,
  stroke,
  type Tone,
} from '../../drawing/index.ts';

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

export function skateboard(tone: Tone): Sketch {
  const svg = [
    circle(-20, -5, 5, '#3a3641'),
    circle(20, -5, 5, '#3a3641'),
    circle(-20, -5, 2, '#d9d3c8'),
    circle(20, -5, 2, '#d9d3c8'),
    path(
      draw(
        'M',
        -36,
        -18,
        'Q',
        -31,
        -12,
        -24,
        -12,
        'L',
        24,
        -12,
        'Q',
        31,
        -12,
        36,
        -18,
        'L',
        34,
        -12,
        'Q',
        30,
        -7,
        24,
        -7,
        'L',
        -24,
        -7,
        'Q',
        -30,
        -7,
        -34,
        -12,
        'Z',
      ),
      tone.fill,
    ),
  ];
  return sketch(svg.join(''), standingBox(72, 18), { seat: [0, -12] });
}
