import {
  circle,
  draw,
  ellipse,
  line,
  path,
  type Sketch,
  sketch,
  standingBox,
  stroke,
  type Tone,
} from '../../drawing/index.ts';

export function drum(tone: Tone): Sketch {
  const zigzag = draw('M', -23, -24, 'L', -12, -6, 'L', 0, -21, 'L', 12, -6, 'L', 23, -24);
  const svg = [
    path(draw('M', -24, -27, 'L', 24, -27, 'L', 24, -6, 'Q', 0, 4, -24, -6, 'Z'), tone.fill),
    stroke(zigzag, '#f7ecd0', 2),
    stroke(draw('M', -24, -6, 'Q', 0, 4, 24, -6), '#e9c66a', 3.4),
    ellipse(0, -28, 24, 7, '#fbf3e2'),
    stroke(draw('M', -24, -27, 'Q', 0, -16, 24, -27), '#e9c66a', 3),
    line(
      [
        [-14, -40],
        [6, -29],
      ],
      '#a5764a',
      2.6,
    ),
    line(
      [
        [18, -41],
        [-2, -30],
      ],
      '#8d6039',
      2.6,
    ),
  ];
  return sketch(svg.join(''), standingBox(50, 42));
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
