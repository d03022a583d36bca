import {
  circle,
  draw,
  ellipse,
  line,
  path,
  polygon,
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

export function boat(tone: Tone): Sketch {
  const svg = [
    line(
      [
        [2, -16],
        [2, -98],
      ],
      '#7d5a3e',
      4,
    ),
    path(draw('M', 6, -96, 'Q', 44, -58, 48, -30, 'L', 6, -30, 'Z'), '#fdf6e6'),
    path(draw('M', 6, -96, 'Q', 22, -60, 20, -30, 'L', 6, -30, 'Z'), '#efe3cb'),
    path(draw('M', -2, -86, 'Q', -24, -56, -28, -32, 'L', -2, -32, 'Z'), '#f6ead2'),
    polygon(
      [
        [2, -100],
        [18, -95],
        [2, -90],
      ],
      tone.base,
    ),
    path(
      draw('M', -58, -24, 'L', 60, -26, 'Q', 52, 0, 38, 0, 'L', -34, 0, 'Q', -50, -4, -58, -24, 'Z'),
      tone.fill,
    ),
    stroke(draw('M', -57, -23, 'L', 59, -25), tone.light, 4),
    stroke(draw('M', -50, -12, 'L', 53, -13), tone.dark, 2.4),
  ];
  return sketch(svg.join(''), standingBox(120, 101), { seat: [-26, -20] });
}
