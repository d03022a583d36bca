import { circle, type Dice, faded, rect } from '../drawing/index.ts';
import { type Backdrop, gradient, scatter } from './backdrop.ts';
import { fir, foreground, tufts } from './growth.ts';
import { hills } from './sky.ts';

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
