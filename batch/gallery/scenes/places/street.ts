import { type Dice, draw, line, path, polygon, rect } from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';
import { sky } from './sky.ts';

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
