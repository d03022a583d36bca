import { circle, type Dice, ellipse, faded, polygon, rect } from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';
import { fir } from './growth.ts';
import { hills } from './sky.ts';

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
