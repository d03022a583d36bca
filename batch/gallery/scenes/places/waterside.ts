import { type Dice, draw, ellipse, faded, line, path, polygon, rect, stroke } from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';
import { butterflies } from './charm.ts';
import { farTree, fir, flowers, foreground, tufts } from './growth.ts';
import { farBirds, hills, sky } from './sky.ts';

export function beach(look: Dice, dice: Dice, hour: Hour): Backdrop {
  const sails = scatter(dice.below(3), () => {
    const [x, y] = [dice.between(20, 300), dice.between(122, 134)];
    return (
      polygon(
        [
          [x, y - 14],
          [x + 8, y - 2],
          [x, y - 2],
        ],
        '#fffaf0',
      ) +
      polygon(
        [
          [x - 5, y],
          [x + 9, y],
          [x + 6, y + 3],
          [x - 3, y + 3],
        ],
        '#a8785c',
      )
    );
  });
  const foam = (y: number, opacity: number): string =>
    faded(
      stroke(draw('M', -5, y, 'q', 40, -6, 82, 0, 't', 82, 0, 't', 82, 0, 't', 84, 0), '#ffffff', 3.2),
      opacity,
    );
  const behind = [
    sky(look, dice, hour, 118),
    farBirds(dice, '#ffffff'),
    gradient('sea', ...(hour === 'evening' ? ['#c99aa8', '#7f9fc0'] : ['#58aacb', '#8fd3d8'])),
    rect(0, 118, 320, 60, 0, 'url(#sea)'),
    sails,
    gradient('sand', '#f5e2b4', '#e6c78d'),
    path(
      draw('M', -5, 162, 'q', 80, -9, 165, 2, 't', 170, -3, 'L', 330, 245, 'L', -5, 245, 'Z'),
      'url(#sand)',
    ),
    foam(160, 0.85),
    foam(150, 0.45),
    scatter(44, () =>
      ellipse(
        dice.between(0, 320),
        dice.between(174, 238),
        1.2,
        0.7,
        dice.pick(['#cfa86c', '#fff0cc', '#d9b67c']),
      ),
    ),
    scatter(dice.below(4) + 1, () => shell(dice.between(10, 310), dice.between(182, 234))),
  ];
  return { behind: behind.join(''), front: '' };
}

function shell(x: number, y: number): string {
  return (
    path(draw('M', x, y, 'l', -5, -5, 'q', 5, -6, 10, 0, 'Z'), '#f6cdbd') +
    stroke(draw('M', x, y, 'l', -2, -6, 'M', x, y, 'l', 2, -6), '#d99c8c', 0.8)
  );
}

/** A lake before hills; its near shore is at the image's foot, and boats and ducks float above it. */
export function lake(look: Dice, dice: Dice, hour: Hour): Backdrop {
  const evening = hour === 'evening';
  const ripples = scatter(26, () => {
    const [x, y] = [dice.between(0, 320), dice.between(134, 196)];
    return faded(
      line(
        [
          [x, y],
          [x + dice.between(8, 26), y],
        ],
        '#ffffff',
        1.3,
      ),
      dice.between(0.2, 0.5),
    );
  });
  const reeds = (x: number): string =>
    scatter(4, () => {
      const [at, top] = [x + dice.between(-10, 10), dice.between(174, 190)];
      return (
        line(
          [
            [at, 214],
            [at + 2, top],
          ],
          '#6f9153',
          2,
        ) +
        line(
          [
            [at + 2, top],
            [at + 2.4, top - 9],
          ],
          '#8b5c3c',
          4,
        )
      );
    });
  const behind = [
    sky(look, dice, hour, 118),
    farBirds(dice, '#71839a'),
    hills(dice, 104, 18, evening ? '#a89bbd' : '#a9c7c4'),
    hills(dice, 118, 8, evening ? '#94a58c' : '#9cc794'),
    scatter(7, () =>
      dice.chance(0.5)
        ? fir(dice.between(0, 320), 128, dice.between(0.5, 0.8), '#7ea886', '#67936f')
        : farTree(dice.between(0, 320), 128, dice.between(0.7, 1), '#8fbb7c', '#76a46a'),
    ),
    gradient('water', ...(evening ? ['#e8b6a0', '#8fa6c8', '#6f8fb8'] : ['#b9dfe8', '#7fc0da', '#5aa5c8'])),
    rect(0, 128, 320, 90, 0, 'url(#water)'),
    ripples,
    gradient('shore', '#a6c97a', '#7fae5e'),
    path(
      draw('M', -5, 206, 'q', 60, -10, 120, -2, 't', 110, -3, 't', 100, 0, 'L', 330, 245, 'L', -5, 245, 'Z'),
      'url(#shore)',
    ),
    reeds(dice.between(4, 40)),
    reeds(dice.between(280, 316)),
    tufts(dice, 22, 212, 240, ['#6a9c50', '#a8cf84']),
    flowers(dice, 6, 214, 238),
  ];
  return { behind: behind.join(''), front: butterflies(dice) + foreground(dice, '#86b566', '#659a50') };
}
