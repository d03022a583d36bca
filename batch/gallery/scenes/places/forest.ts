import { circle, type Dice, draw, ellipse, faded, path, polygon, rect, veiled } from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';
import { fallingLeaves } from './charm.ts';
import { fir, foreground, tufts } from './growth.ts';
import { hills } from './sky.ts';

export function forest(look: Dice, dice: Dice, hour: Hour): Backdrop {
  const trunk = (): string => {
    const [x, width] = [look.between(0, 320), look.between(9, 18)];
    return path(
      draw(
        'M',
        x,
        -5,
        'L',
        x + width,
        -5,
        'Q',
        x + width - 1,
        110,
        x + width + 5,
        168,
        'L',
        x - 5,
        168,
        'Q',
        x + 1,
        110,
        x,
        -5,
        'Z',
      ),
      look.pick(['#8a6a52', '#7b5e4c', '#99775b']),
    );
  };
  const behind = [
    gradient('mist', ...(hour === 'evening' ? ['#f4c896', '#f7dfae'] : ['#cfe6c0', '#eef3d2'])),
    rect(0, 0, 320, 180, 0, 'url(#mist)'),
    scatter(7, () =>
      veiled(fir(dice.between(0, 320), 158, dice.between(1.5, 2.4), '#9cc19a', '#86b08c'), 0.75),
    ),
    scatter(look.below(3) + 4, trunk),
    scatter(12, () =>
      ellipse(
        dice.between(0, 320),
        dice.between(-6, 18),
        dice.between(30, 54),
        dice.between(14, 26),
        dice.pick(['#6fa565', '#5c9659', '#86b56d']),
      ),
    ),
    gradient('ground', '#a8bf78', '#7d9c5c'),
    hills(dice, 160, 7, 'url(#ground)'),
    faded(
      polygon(
        [
          [96, -5],
          [136, -5],
          [262, 240],
          [164, 240],
        ],
        '#fff6cf',
      ),
      0.16,
    ),
    scatter(26, () =>
      ellipse(
        dice.between(0, 320),
        dice.between(170, 238),
        3.4,
        1.6,
        dice.pick(['#c98d4b', '#b7a04f', '#d9b062', '#8a9c4e']),
      ),
    ),
    tufts(dice, 18, 172, 240, ['#6a8f4a', '#8fae64']),
    scatter(dice.below(3), () => mushroom(dice.between(10, 310), dice.between(176, 232))),
  ];
  return { behind: behind.join(''), front: fallingLeaves(dice) + foreground(dice, '#7fa05a', '#5f8248') };
}

function mushroom(x: number, y: number): string {
  return (
    rect(x - 2, y - 7, 4, 7, 1.5, '#f5ead6') +
    path(draw('M', x - 7, y - 6, 'Q', x, y - 17, x + 7, y - 6, 'Z'), '#cc5a4a') +
    circle(x - 2, y - 9, 1.1, '#fff5e6') +
    circle(x + 2.4, y - 8.4, 0.9, '#fff5e6')
  );
}
