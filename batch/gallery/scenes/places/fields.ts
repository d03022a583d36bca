import { type Dice, draw, polygon, rect, stroke } from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';
import { butterflies } from './charm.ts';
import { farTree, flowers, foreground, tufts } from './growth.ts';
import { farBirds, hills, sky } from './sky.ts';

const GREENS = [
  ['#cfe3a0', '#a9d07f', '#8cc26e', '#6fae5c'],
  ['#d8e0a0', '#b9d283', '#9dc46c', '#7fb058'],
  ['#c4e2b4', '#9fd394', '#7fc47f', '#63ad6c'],
] as const;

export function meadow(look: Dice, dice: Dice, hour: Hour): Backdrop {
  const [far, mid, near, low] = look.pick(GREENS);
  const behind = [
    sky(look, dice, hour, 130),
    farBirds(dice, '#6f7f92'),
    hills(dice, 122, 16, far),
    hills(dice, 138, 12, mid),
    scatter(dice.below(4) + 2, () =>
      farTree(dice.between(0, 320), dice.between(138, 146), dice.between(0.7, 1.25), '#86b86d', '#6a9f5f'),
    ),
    gradient('ground', near, low),
    hills(dice, 158, 8, 'url(#ground)'),
    tufts(dice, 34, 168, 240, ['#5f9c4f', '#a9d07f', '#7db764']),
    flowers(dice, dice.below(14) + 8, 168, 238),
  ];
  return { behind: behind.join(''), front: butterflies(dice) + foreground(dice, '#86bb66', '#5f9c4f') };
}

export function farm(look: Dice, dice: Dice, hour: Hour): Backdrop {
  const x = look.between(20, 220);
  const barn = [
    polygon(
      [
        [x - 6, 108],
        [x + 8, 82],
        [x + 38, 70],
        [x + 68, 82],
        [x + 82, 108],
      ],
      '#6b4a48',
    ),
    polygon(
      [
        [x, 152],
        [x, 106],
        [x + 12, 85],
        [x + 38, 75],
        [x + 64, 85],
        [x + 76, 106],
        [x + 76, 152],
      ],
      '#c26a58',
    ),
    rect(x + 22, 116, 32, 36, 0, '#f4e6cf'),
    stroke(draw('M', x + 24, 118, 'l', 28, 32, 'M', x + 52, 118, 'l', -28, 32), '#b55a4c', 2.4),
    rect(x + 30, 90, 16, 14, 1, '#f4e6cf'),
  ];
  const fence =
    scatter(17, (index) => rect(index * 20 - 4, 146, 4.5, 24, 1.5, '#f3ead8')) +
    rect(-5, 151, 330, 3.6, 1, '#f3ead8') +
    rect(-5, 160, 330, 3.6, 1, '#e4d8c0');
  const behind = [
    sky(look, dice, hour, 130),
    hills(dice, 128, 12, '#d6dd98'),
    hills(dice, 142, 8, '#bdd083'),
    ...barn,
    farTree(look.chance(0.5) ? x - 24 : x + 100, 152, 1.5, '#7fb065', '#639656'),
    fence,
    gradient('ground', '#b4c877', '#d3bf80'),
    hills(dice, 170, 5, 'url(#ground)'),
    tufts(dice, 26, 178, 240, ['#87a456', '#c2cf86', '#a3b963']),
    scatter(12, () =>
      stroke(draw('M', dice.between(0, 320), dice.between(184, 238), 'l', 7, 2), '#e8d689', 1.5),
    ),
  ];
  return { behind: behind.join(''), front: foreground(dice, '#a6b767', '#87a456') };
}
