import {
  circle,
  type Dice,
  draw,
  ellipse,
  faded,
  path,
  polygon,
  rect,
  stroke,
  veiled,
} from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';
import { butterflies, fallingLeaves } from './charm.ts';
import { farTree, fir, flowers, foreground, tufts } from './growth.ts';
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
      0.22,
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

export function snow(look: Dice, dice: Dice, hour: Hour): Backdrop {
  const evening = hour === 'evening';
  const peak = look.between(58, 80);
  const behind = [
    gradient('sky', ...(evening ? ['#8f86bd', '#f0b8b0', '#fbe2cf'] : ['#a9c8e4', '#d7e6f0', '#f3f3f3'])),
    rect(0, 0, 320, 180, 0, 'url(#sky)'),
    polygon(
      [
        [-20, 150],
        [60, 72 + look.below(20)],
        [130, 150],
      ],
      '#b9c8dc',
    ),
    polygon(
      [
        [70, 150],
        [190, peak],
        [320, 150],
      ],
      '#c7d4e4',
    ),
    polygon(
      [
        [156, peak + 26],
        [190, peak],
        [226, peak + 25],
        [206, peak + 33],
        [190, peak + 24],
        [172, peak + 34],
      ],
      '#eef3f8',
    ),
    hills(dice, 138, 10, '#dbe5f0'),
    scatter(dice.below(5) + 4, () =>
      fir(dice.between(0, 320), dice.between(146, 158), dice.between(0.6, 1.1), '#7fa39c', '#64897f'),
    ),
    gradient('ground', '#e9f0f7', '#cfdcea'),
    hills(dice, 160, 8, 'url(#ground)'),
    scatter(8, () =>
      faded(
        ellipse(
          dice.between(0, 320),
          dice.between(178, 238),
          dice.between(18, 44),
          dice.between(2, 4),
          '#b7c8dd',
        ),
        0.45,
      ),
    ),
  ];
  const flakes = scatter(38, () =>
    faded(circle(dice.between(0, 320), dice.between(0, 238), dice.between(1, 2.4), '#ffffff'), 0.85),
  );
  return {
    behind: behind.join('') + flakes,
    front: scatter(9, () => faded(circle(dice.between(0, 320), dice.between(0, 240), 2.2, '#ffffff'), 0.8)),
  };
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

export function night(look: Dice, dice: Dice): Backdrop {
  const [moonX, moonY] = [look.between(40, 280), look.between(30, 56)];
  const behind = [
    gradient('sky', '#232a5c', '#46528f', '#8c83b4'),
    rect(0, 0, 320, 190, 0, 'url(#sky)'),
    scatter(46, () =>
      faded(
        circle(dice.between(0, 320), dice.between(0, 120), dice.between(0.5, 1.5), '#fff6d8'),
        dice.between(0.5, 1),
      ),
    ),
    faded(circle(moonX, moonY, 36, '#fff4c8'), 0.12),
    faded(circle(moonX, moonY, 27, '#fff4c8'), 0.16),
    circle(moonX, moonY, 18, '#fff1c4'),
    faded(
      circle(moonX - 5, moonY - 3, 3.6, '#dccb9a') +
        circle(moonX + 6, moonY + 5, 2.6, '#dccb9a') +
        circle(moonX + 3, moonY - 8, 1.8, '#dccb9a'),
      0.7,
    ),
    hills(dice, 128, 16, '#5a6a9c'),
    scatter(5, () =>
      fir(dice.between(0, 320), dice.between(142, 154), dice.between(0.6, 1.1), '#4f6a8c', '#43597d'),
    ),
    gradient('ground', '#6f97a0', '#567f8c'),
    hills(dice, 156, 8, 'url(#ground)'),
    tufts(dice, 30, 168, 240, ['#83abae', '#4b7583']),
    scatter(
      9,
      () =>
        circle(dice.between(0, 320), dice.between(120, 225), 4, 'url(#glow)') +
        circle(dice.between(0, 320), dice.between(120, 225), 1.1, '#fff2a8'),
    ),
  ];
  return { behind: behind.join(''), front: foreground(dice, '#4f7a88', '#44697a') };
}
