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
