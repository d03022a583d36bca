import { circle, type Dice, draw, ellipse, faded, line, path, polygon, rect } from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';

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
