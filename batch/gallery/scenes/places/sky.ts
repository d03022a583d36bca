import { circle, type Dice, draw, ellipse, path, rect, stroke, veiled } from '../drawing/index.ts';
import { gradient, type Hour, scatter, WIDTH } from './backdrop.ts';

const SKIES: Readonly<Record<Hour, readonly (readonly string[])[]>> = {
  day: [
    ['#8cc9ec', '#cdeaf3', '#f4f6e6'],
    ['#7fbfe6', '#b9e0ef', '#eaf5ee'],
    ['#a3d4ea', '#dcefee', '#fdf3dc'],
    ['#93c4ef', '#c8defa', '#f3effa'],
  ],
  evening: [
    ['#6f6fb3', '#f0a08c', '#ffdf9e'],
    ['#8b72b8', '#f3957f', '#ffd08a'],
    ['#5f7db8', '#f2b39a', '#ffe6ad'],
  ],
};

/** The sky down to `horizon`, with a sun and clouds; in the evening the sun stands low and large. */
export function sky(look: Dice, dice: Dice, hour: Hour, horizon: number): string {
  const sunX = look.between(40, 280) + dice.between(-8, 8);
  const evening = hour === 'evening';
  const sunY = evening ? horizon - dice.between(10, 26) : dice.between(22, 46);
  return [
    gradient('sky', ...look.pick(SKIES[hour])),
    rect(0, 0, WIDTH, horizon + 30, 0, 'url(#sky)'),
    `<defs><radialGradient id="sun"><stop offset="0" stop-color="${evening ? '#fff0b0' : '#fffbe0'}" stop-opacity="0.95"/><stop offset="1" stop-color="#fff0b0" stop-opacity="0"/></radialGradient></defs>`,
    circle(sunX, sunY, evening ? 78 : 52, 'url(#sun)'),
    circle(sunX, sunY, evening ? 21 : 14, evening ? '#fff3c0' : '#fffdf0'),
    scatter(dice.below(3) + 1, () => cloud(dice, evening ? '#ffd9c4' : '#ffffff')),
  ].join('');
}

function cloud(dice: Dice, colour: string): string {
  const [x, y, size] = [dice.between(10, 310), dice.between(18, 70), dice.between(0.7, 1.3)];
  const puffs = [
    [-18, 0, 11],
    [-5, -7, 14],
    [10, -4, 12],
    [22, 1, 9],
  ] as const;
  return veiled(
    puffs.map(([dx, dy, r]) => circle(x + dx * size, y + dy * size, r * size, colour)).join('') +
      ellipse(x + 2 * size, y + 5 * size, 30 * size, 6 * size, colour),
    0.78,
  );
}

/** A range of soft hills whose crest lies about `y`, filled down to the image's foot. */
export function hills(dice: Dice, y: number, height: number, fill: string): string {
  const steps = dice.below(2) + 3;
  const width = WIDTH / steps;
  const start = dice.between(-height, height) * 0.5;
  let d = draw('M', -10, 240, 'L', -10, y + start);
  for (let index = 0; index <= steps; index++) {
    const x = index * width;
    const crest = y + dice.between(-height, height * 0.3);
    d += ` ${draw('Q', x - width * 0.25, crest, x + width * 0.25, y + dice.between(-height, height) * 0.4)}`;
  }
  return path(`${d} L 340 240 Z`, fill);
}

/** Far birds as a few strokes. */
export function farBirds(dice: Dice, colour: string): string {
  const [x, y] = [dice.between(40, 260), dice.between(30, 70)];
  return scatter(dice.below(4), (index) => {
    const [bx, by] = [x + index * dice.between(10, 18), y + dice.between(-8, 8)];
    return stroke(draw('M', bx - 5, by - 2, 'q', 3, -2, 5, 2, 'q', 3, -4, 5, -2), colour, 1.3);
  });
}
