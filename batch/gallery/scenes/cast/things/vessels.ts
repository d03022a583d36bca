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

/** A box with its lid shut, seen from the front and a little from above. */
export function box(tone: Tone): Sketch {
  const svg = [
    polygon(
      [
        [-24, -36],
        [-16, -46],
        [32, -46],
        [24, -36],
      ],
      tone.light,
    ),
    polygon(
      [
        [24, -36],
        [32, -46],
        [32, -9],
        [24, 0],
      ],
      tone.deep,
    ),
    rect(-24, -36, 48, 36, 1.5, tone.fill),
    polygon(
      [
        [-3, -36],
        [4, -46],
        [11, -46],
        [5, -36],
      ],
      '#f5e6c0',
    ),
    rect(-3, -36, 8, 13, 0, '#ecd7a4'),
  ];
  return sketch(
    svg.join(''),
    { left: -24, right: 32, top: -46, bottom: 0 },
    { seat: [3, -41], handle: [0, -22] },
  );
}

/** A round wicker basket with an ear on each side. */
export function basket(tone: Tone): Sketch {
  const weave = [-22, -15, -8]
    .map((y) => stroke(draw('M', -19 - y * 0.05, y, 'Q', 0, y + 5, 19 + y * 0.05, y), tone.dark, 2))
    .join('');
  const svg = [
    stroke(draw('M', -20, -26, 'C', -31, -28, -30, -12, -18, -15), tone.dark, 4),
    stroke(draw('M', 20, -26, 'C', 31, -28, 30, -12, 18, -15), tone.dark, 4),
    ellipse(0, -28, 22, 5, tone.deep),
    path(draw('M', -22, -28, 'Q', 0, -20, 22, -28, 'L', 17, -3, 'Q', 0, 3, -17, -3, 'Z'), tone.fill),
    weave,
    [-11, -3, 5, 13]
      .map((x) =>
        line(
          [
            [x, -23],
            [x * 0.8, -1],
          ],
          tone.dark,
          1.5,
        ),
      )
      .join(''),
    stroke(draw('M', -22, -28, 'Q', 0, -20, 22, -28), tone.light, 3.4),
  ];
  return sketch(svg.join(''), standingBox(60, 34), { handle: [-22, -18], rim: [0, -28] });
}

export function bucket(tone: Tone): Sketch {
  const svg = [
    stroke(draw('M', -16, -31, 'C', -16, -50, 16, -50, 16, -31), '#8d8791', 2.6),
    ellipse(0, -32, 18, 4.6, tone.deep),
    path(draw('M', -18, -32, 'Q', 0, -25, 18, -32, 'L', 13, -2, 'Q', 0, 3, -13, -2, 'Z'), tone.fill),
    stroke(draw('M', -18, -32, 'Q', 0, -25, 18, -32), tone.light, 2.6),
    stroke(draw('M', -15, -17, 'Q', 0, -11, 15, -17), tone.dark, 2.4),
  ];
  return sketch(svg.join(''), standingBox(38, 46), { handle: [0, -45] });
}

export function bag(tone: Tone): Sketch {
  const svg = [
    stroke(draw('M', -9, -30, 'C', -10, -52, 10, -52, 9, -30), tone.deep, 4),
    path(draw('M', -17, -33, 'Q', 0, -37, 17, -33, 'L', 21, -3, 'Q', 0, 3, -21, -3, 'Z'), tone.fill),
    path(draw('M', -17, -33, 'Q', 0, -37, 17, -33, 'L', 18.5, -20, 'Q', 0, -10, -18.5, -20, 'Z'), tone.dark),
    circle(0, -16, 3.2, '#f2d27a'),
  ];
  return sketch(svg.join(''), standingBox(42, 48), { handle: [0, -46] });
}

export function cup(tone: Tone): Sketch {
  const svg = [
    stroke(draw('M', 10, -19, 'C', 22, -21, 20, -5, 9, -7), tone.dark, 4),
    path(draw('M', -12, -24, 'L', 12, -24, 'L', 10, -4, 'Q', 0, 2, -10, -4, 'Z'), tone.fill),
    ellipse(0, -24, 12, 3.4, tone.light),
    ellipse(0, -23.6, 9.4, 2.2, '#6b4430'),
    stroke(draw('M', -4, -30, 'q', -3, -4, 0, -8, 'M', 4, -30, 'q', 3, -4, 0, -8), '#ffffff', 1.6),
  ];
  return sketch(svg.join(''), { left: -12, right: 20, top: -39, bottom: 0 }, { handle: [8, -13] });
}

/** A flower in a pot of the tone's colour. */
export function pot(tone: Tone): Sketch {
  const petals = [
    [0, -8],
    [7.6, -2.5],
    [4.7, 6.5],
    [-4.7, 6.5],
    [-7.6, -2.5],
  ] as const;
  const svg = [
    stroke(draw('M', 0, -26, 'Q', -2, -42, 1, -54), '#4c8a4a', 3),
    path(draw('M', 0, -32, 'q', -16, -2, -18, -13, 'q', 15, 0, 18, 13, 'Z'), '#5fa257'),
    path(draw('M', 0, -36, 'q', 15, -3, 16, -13, 'q', -14, 1, -16, 13, 'Z'), '#4c9150'),
    petals.map(([x, y]) => circle(1 + x, -60 + y, 6, '#fbeee6')).join(''),
    circle(1, -60, 5, '#f2b637'),
    path(draw('M', -16, -24, 'L', 16, -24, 'L', 12, -2, 'Q', 0, 2, -12, -2, 'Z'), tone.fill),
    rect(-18, -29, 36, 8, 3, tone.base),
    rect(-17, -29, 34, 2.6, 1, tone.light),
  ];
  return sketch(svg.join(''), standingBox(38, 74), { handle: [0, -12] });
}
