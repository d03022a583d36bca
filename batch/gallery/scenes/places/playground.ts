import { type Dice, draw, ellipse, line, path, rect, stroke } from '../drawing/index.ts';
import { type Backdrop, gradient, type Hour, scatter } from './backdrop.ts';
import { farTree, foreground, tufts } from './growth.ts';
import { hills, sky } from './sky.ts';

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
