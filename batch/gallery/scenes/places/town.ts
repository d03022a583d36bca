import {
  circle,
  type Dice,
  draw,
  ellipse,
  faded,
  line,
  path,
  polygon,
  rect,
  stroke,
} from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';
import { farTree, foreground, tufts } from './growth.ts';
import { hills, sky } from './sky.ts';

const WALLS = ['#e9c7a6', '#d9b3a0', '#c9cdb4', '#b9c7d2', '#eed9b0', '#d6b9c4', '#c6d6cf'];
const ROOFS = ['#a2685a', '#7d7688', '#8c6a5c', '#6d8289'];

export function street(look: Dice, dice: Dice, hour: Hour): Backdrop {
  const lit = hour === 'evening' ? '#ffe2a0' : '#a9cbd8';
  let x = -look.between(0, 20);
  let fronts = '';
  while (x < 320) {
    const width = look.between(46, 70);
    fronts += front(look, x, width, look.between(70, 106), lit);
    x += width;
  }
  const slabs = scatter(9, (index) =>
    line(
      [
        [index * 40 - 6, 160],
        [index * 40 - 26, 182],
      ],
      '#c3b6a8',
      1,
    ),
  );
  const marks = scatter(5, (index) => rect(index * 76 - 20, 222, 36, 4.5, 1, '#efe9dc'));
  const behind = [
    sky(look, dice, hour, 120),
    fronts,
    rect(0, 158, 320, 30, 0, '#d9cdbe'),
    slabs,
    rect(0, 186, 320, 6, 0, '#b3a79b'),
    gradient('road', '#9c98a0', '#85828c'),
    rect(0, 191, 320, 50, 0, 'url(#road)'),
    marks,
  ];
  return { behind: behind.join(''), front: '' };
}

function front(look: Dice, x: number, width: number, height: number, lit: string): string {
  const top = 160 - height;
  const wall = look.pick(WALLS);
  const gable = look.chance(0.5);
  const roof = look.pick(ROOFS);
  const shop = look.pick(['#c97f6c', '#7f9fae', '#9aa97a', '#c9a25e']);
  const columns = width > 58 ? 3 : 2;
  const rows = height > 86 ? 2 : 1;
  const panes = scatter(columns * rows, (index) => {
    const wx = x + (width / columns) * ((index % columns) + 0.5) - 6;
    const wy = top + 14 + Math.floor(index / columns) * 26;
    return (
      rect(wx - 1, wy - 1, 14, 19, 1, '#fbf3e4') +
      rect(wx, wy, 12, 17, 1, lit) +
      line(
        [
          [wx + 6, wy],
          [wx + 6, wy + 17],
        ],
        '#fbf3e4',
        1.3,
      )
    );
  });
  return [
    gable
      ? polygon(
          [
            [x - 2, top],
            [x + width / 2, top - 22],
            [x + width + 2, top],
          ],
          roof,
        )
      : rect(x - 2, top - 6, width + 4, 8, 1, roof),
    rect(x, top, width, height, 0, wall),
    panes,
    rect(x + 6, 134, width - 12, 26, 1, lit),
    path(draw('M', x + 3, 126, 'L', x + width - 3, 126, 'L', x + width - 6, 135, 'L', x + 6, 135, 'Z'), shop),
    rect(x + width / 2 - 6, 136, 12, 24, 1, '#8a6a58'),
  ].join('');
}

export function playground(look: Dice, dice: Dice, hour: Hour): Backdrop {
  const mirror = look.chance(0.5);
  const at = (x: number): number => (mirror ? 320 - x : x);
  const slide = [
    stroke(draw('M', at(52), 160, 'L', at(52), 96, 'M', at(70), 160, 'L', at(70), 96), '#7f9bb0', 4),
    scatter(5, (index) =>
      line(
        [
          [at(52), 150 - index * 12],
          [at(70), 150 - index * 12],
        ],
        '#7f9bb0',
        2.6,
      ),
    ),
    stroke(draw('M', at(66), 98, 'C', at(90), 100, at(96), 156, at(130), 160), '#e3a96a', 9),
    stroke(draw('M', at(66), 95, 'C', at(92), 97, at(98), 152, at(132), 156), '#f3c78d', 2.4),
  ];
  const swing = [
    stroke(
      draw(
        'M',
        at(212),
        162,
        'L',
        at(226),
        92,
        'L',
        at(240),
        162,
        'M',
        at(284),
        162,
        'L',
        at(298),
        92,
        'L',
        at(312),
        162,
        'M',
        at(226),
        92,
        'L',
        at(298),
        92,
      ),
      '#8f8fb0',
      4,
    ),
    scatter(2, (index) =>
      stroke(draw('M', at(246 + index * 30) - 7, 93, 'l', 0, 46, 'l', 14, 0, 'l', 0, -46), '#c08d6f', 2.2),
    ),
  ];
  const behind = [
    sky(look, dice, hour, 130),
    hills(dice, 132, 10, '#bcd89c'),
    scatter(6, () =>
      farTree(dice.between(0, 320), dice.between(142, 152), dice.between(0.9, 1.4), '#93c07a', '#78aa6a'),
    ),
    scatter(22, (index) => rect(index * 15, 138, 3, 22, 1, '#f0e4cc')) + rect(0, 143, 320, 3, 0, '#f0e4cc'),
    gradient('lawn', '#a6cf86', '#8fbf74'),
    rect(0, 156, 320, 30, 0, 'url(#lawn)'),
    ...slide,
    ...swing,
    gradient('yard', '#ecd6ab', '#dcbb85'),
    path(
      draw('M', -5, 182, 'Q', 90, 166, 170, 172, 'T', 330, 174, 'L', 330, 245, 'L', -5, 245, 'Z'),
      'url(#yard)',
    ),
    scatter(30, () =>
      ellipse(dice.between(0, 320), dice.between(184, 238), 1.6, 0.9, dice.pick(['#c9a56e', '#f7e6c2'])),
    ),
    tufts(dice, 8, 176, 190, ['#7fb065']),
  ];
  return { behind: behind.join(''), front: foreground(dice, '#93c07a', '#78aa6a') };
}

export function room(look: Dice, _dice: Dice, hour: Hour): Backdrop {
  const [wall, shade] = look.pick([
    ['#e6d3bf', '#d8c0a8'],
    ['#cfdcd3', '#bccdc2'],
    ['#d8d3e3', '#c6bfd6'],
    ['#f0dfb9', '#e3cea1'],
    ['#cddbe6', '#b8cad9'],
  ] as const);
  const [windowX, pictureX] = look.chance(0.5)
    ? [look.between(24, 60), look.between(210, 260)]
    : [look.between(190, 220), look.between(30, 80)];
  const behind = [
    gradient('wall', wall, shade),
    rect(0, 0, 320, 170, 0, 'url(#wall)'),
    look.chance(0.5)
      ? scatter(16, (index) => faded(rect(index * 21, 0, 9, 164, 0, '#ffffff'), 0.13))
      : scatter(40, (index) =>
          faded(
            circle(
              (index % 8) * 42 + (Math.floor(index / 8) % 2) * 21,
              Math.floor(index / 8) * 32 + 14,
              3,
              '#ffffff',
            ),
            0.3,
          ),
        ),
    window(windowX, hour),
    frame(look, pictureX),
    rect(0, 160, 320, 10, 0, '#f8f1e4'),
    gradient('floor', '#c99d6e', '#b08356'),
    rect(0, 168, 320, 72, 0, 'url(#floor)'),
    [182, 200, 222]
      .map((y) =>
        line(
          [
            [0, y],
            [320, y],
          ],
          '#a67a50',
          1,
        ),
      )
      .join(''),
    scatter(14, (index) =>
      line(
        [
          [index * 26, index % 2 === 0 ? 168 : 200],
          [index * 26 - 3, index % 2 === 0 ? 182 : 222],
        ],
        '#a67a50',
        1,
      ),
    ),
    rug(look),
    faded(
      polygon(
        [
          [windowX + 8, 170],
          [windowX + 70, 170],
          [windowX + 110, 240],
          [windowX + 20, 240],
        ],
        '#fff3cf',
      ),
      0.18,
    ),
  ];
  return { behind: behind.join(''), front: '' };
}

function window(x: number, hour: Hour): string {
  return [
    rect(x - 4, 22, 78, 92, 3, '#fbf5ea'),
    gradient('view', ...(hour === 'evening' ? ['#8a7bbd', '#f7b58f'] : ['#9fd0ec', '#e3f2ea'])),
    rect(x + 1, 27, 68, 82, 1, 'url(#view)'),
    path(
      draw(
        'M',
        x + 1,
        109,
        'L',
        x + 1,
        92,
        'Q',
        x + 20,
        78,
        x + 38,
        92,
        'Q',
        x + 54,
        82,
        x + 69,
        90,
        'L',
        x + 69,
        109,
        'Z',
      ),
      '#9cc58a',
    ),
    rect(x + 33, 27, 4, 82, 0, '#fbf5ea'),
    rect(x + 1, 64, 68, 4, 0, '#fbf5ea'),
    path(
      draw('M', x - 12, 18, 'L', x + 10, 18, 'Q', x + 8, 70, x - 8, 120, 'L', x - 14, 120, 'Z'),
      '#f3d9c9',
    ),
    path(
      draw('M', x + 82, 18, 'L', x + 60, 18, 'Q', x + 62, 70, x + 78, 120, 'L', x + 84, 120, 'Z'),
      '#f3d9c9',
    ),
    line(
      [
        [x - 16, 18],
        [x + 86, 18],
      ],
      '#a27b5c',
      3.4,
    ),
  ].join('');
}

function frame(look: Dice, x: number): string {
  return (
    rect(x - 2, 36, 54, 42, 2, '#a27b5c') +
    rect(x + 2, 40, 46, 34, 0, '#f6ecd6') +
    path(
      draw(
        'M',
        x + 2,
        74,
        'L',
        x + 2,
        62,
        'Q',
        x + 18,
        48,
        x + 30,
        62,
        'T',
        x + 48,
        60,
        'L',
        x + 48,
        74,
        'Z',
      ),
      look.pick(['#9fbcae', '#c9a9a0', '#a9b4cc']),
    ) +
    circle(x + 36, 50, 4, '#f0c27a')
  );
}

function rug(look: Dice): string {
  const [outer, inner] = look.pick([
    ['#c98f83', '#dcaea0'],
    ['#8fa9b5', '#abc3cb'],
    ['#a9b08a', '#c3c9a6'],
    ['#b79ac0', '#cdb6d4'],
  ] as const);
  return (
    ellipse(160, 212, 142, 24, outer) + ellipse(160, 212, 124, 19, inner) + ellipse(160, 212, 96, 14, outer)
  );
}
