import {
  circle,
  draw,
  ellipse,
  faded,
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

/** A round tree whose crown has the tone's colour. */
export function tree(tone: Tone): Sketch {
  const crown = [
    [-24, -86, 26],
    [22, -84, 27],
    [0, -112, 28],
    [-2, -82, 27],
  ] as const;
  const leaves = [
    [-32, -94],
    [-12, -122],
    [12, -124],
    [26, -100],
    [4, -98],
    [-18, -102],
    [34, -82],
    [-6, -76],
    [16, -72],
    [-34, -76],
  ] as const;
  const svg = [
    path(
      draw('M', -8, 0, 'C', -4, -20, -6, -50, -8, -74, 'L', 9, -74, 'C', 6, -50, 5, -20, 10, 0, 'Z'),
      '#7a5238',
    ),
    path(
      draw('M', 2, 0, 'C', 3, -20, 2, -50, 4, -74, 'L', 9, -74, 'C', 6, -50, 5, -20, 10, 0, 'Z'),
      '#5f3f2d',
    ),
    line(
      [
        [0, -48],
        [16, -70],
      ],
      '#6b4732',
      6,
    ),
    ellipse(4, -78, 44, 24, tone.dark),
    crown.map(([x, y, r]) => circle(x, y, r, tone.fill)).join(''),
    leaves
      .map(([x, y], index) =>
        stroke(draw('M', x, y, 'q', 4, -5, 8, 0), index % 2 === 0 ? tone.light : tone.dark, 2.4),
      )
      .join(''),
  ];
  return sketch(svg.join(''), standingBox(98, 140), { under: [0, 0] });
}

export function house(tone: Tone): Sketch {
  const window = (x: number): string =>
    rect(x, -52, 22, 22, 2, '#fff7e2') +
    rect(x + 2.5, -49.5, 17, 17, 1, '#ffd98a') +
    line(
      [
        [x + 11, -50],
        [x + 11, -32],
      ],
      '#fff7e2',
      2,
    ) +
    line(
      [
        [x + 2, -41],
        [x + 20, -41],
      ],
      '#fff7e2',
      2,
    );
  const svg = [
    rect(26, -120, 13, 30, 1.5, '#a25a48'),
    faded(circle(34, -128, 5, '#ffffff') + circle(40, -137, 7, '#ffffff'), 0.6),
    rect(-52, -72, 104, 72, 2, tone.fill),
    polygon(
      [
        [-62, -68],
        [0, -118],
        [62, -68],
      ],
      '#7b4b43',
    ),
    polygon(
      [
        [0, -118],
        [62, -68],
        [50, -68],
        [0, -108],
      ],
      '#623a38',
    ),
    window(-42),
    window(20),
    path(draw('M', -11, 0, 'L', -11, -32, 'Q', 0, -42, 11, -32, 'L', 11, 0, 'Z'), '#8a5a3a'),
    circle(6, -16, 1.8, '#f3cf73'),
    circle(0, -86, 7, '#fff7e2'),
    circle(0, -86, 5, '#9fd0e6'),
    rect(-56, -4, 112, 4, 2, tone.deep),
  ];
  return sketch(svg.join(''), standingBox(124, 120));
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

export function umbrella(tone: Tone): Sketch {
  const svg = [
    stroke(draw('M', 0, -66, 'L', 0, -8, 'q', 0, 8, 7, 7), '#6b4a35', 3.2),
    path(
      draw(
        'M',
        -46,
        -56,
        'C',
        -42,
        -96,
        42,
        -96,
        46,
        -56,
        'Q',
        34,
        -64,
        23,
        -56,
        'Q',
        11,
        -64,
        0,
        -56,
        'Q',
        -11,
        -64,
        -23,
        -56,
        'Q',
        -34,
        -64,
        -46,
        -56,
        'Z',
      ),
      tone.fill,
    ),
    path(
      draw(
        'M',
        -23,
        -56,
        'C',
        -20,
        -80,
        -8,
        -86,
        0,
        -86,
        'C',
        8,
        -86,
        20,
        -80,
        23,
        -56,
        'Q',
        11,
        -64,
        0,
        -56,
        'Q',
        -11,
        -64,
        -23,
        -56,
        'Z',
      ),
      tone.light,
    ),
    line(
      [
        [0, -86],
        [0, -92],
      ],
      tone.deep,
      3,
    ),
  ];
  return sketch(svg.join(''), standingBox(92, 94), { handle: [0, -18] });
}

export function apple(tone: Tone): Sketch {
  const svg = [
    path(
      draw('M', 0, -22, 'C', -18, -28, -18, -2, -4, 0, 'Q', 0, -2, 4, 0, 'C', 18, -2, 18, -28, 0, -22, 'Z'),
      tone.fill,
    ),
    line(
      [
        [0, -21],
        [2, -28],
      ],
      '#6b4a35',
      2.4,
    ),
    path(draw('M', 2, -26, 'q', 6, -7, 12, -3, 'q', -4, 7, -12, 3, 'Z'), '#5c9a4b'),
    faded(ellipse(-6, -16, 2.6, 4, '#ffffff'), 0.6),
  ];
  return sketch(svg.join(''), standingBox(28, 30), { handle: [0, -11] });
}

export function cake(tone: Tone): Sketch {
  const svg = [
    ellipse(0, -3, 32, 4.5, '#e6e1dc'),
    rect(-26, -28, 52, 26, 4, '#f2d9a6'),
    rect(-26, -17, 52, 5, 0, '#c98b5a'),
    path(
      draw(
        'M',
        -28,
        -34,
        'Q',
        0,
        -40,
        28,
        -34,
        'L',
        28,
        -22,
        'q',
        -5,
        7,
        -9,
        0,
        'q',
        -5,
        8,
        -9,
        0,
        'q',
        -5,
        6,
        -10,
        0,
        'q',
        -5,
        8,
        -9,
        0,
        'q',
        -5,
        6,
        -10,
        0,
        'q',
        -5,
        6,
        -9,
        0,
        'Z',
      ),
      tone.fill,
    ),
    [-14, 0, 14]
      .map((x) => rect(x - 1.7, -50, 3.4, 15, 1, '#fbf3e6') + ellipse(x, -54, 2.2, 3.8, '#f7a928'))
      .join(''),
  ];
  return sketch(svg.join(''), standingBox(64, 57), { handle: [0, -4] });
}
