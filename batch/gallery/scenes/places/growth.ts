import { circle, type Dice, draw, ellipse, line, path, polygon, stroke } from '../drawing/index.ts';
import { scatter } from './backdrop.ts';

const PETALS = ['#f6d9e4', '#fbe6a2', '#ffffff', '#f2b8a2', '#d9cdf2'];

/** Tufts of grass between two heights, larger towards the front. */
export function tufts(
  dice: Dice,
  count: number,
  from: number,
  to: number,
  colours: readonly string[],
): string {
  return scatter(count, () => {
    const y = dice.between(from, to);
    const [x, size] = [dice.between(-5, 325), 0.45 + (y - 130) / 130];
    return stroke(
      draw(
        'M',
        x - 3 * size,
        y - 6 * size,
        'L',
        x,
        y,
        'L',
        x + 0.5 * size,
        y - 9 * size,
        'M',
        x,
        y,
        'L',
        x + 4 * size,
        y - 6 * size,
      ),
      dice.pick(colours),
      1.3 * size,
    );
  });
}

/** Small flowers between two heights. */
export function flowers(dice: Dice, count: number, from: number, to: number): string {
  const petals = dice.some(PETALS, 2);
  return scatter(count, () => {
    const y = dice.between(from, to);
    const [x, size] = [dice.between(4, 316), 0.5 + (y - 130) / 120];
    return (
      line(
        [
          [x, y],
          [x, y - 6 * size],
        ],
        '#4d8a45',
        1.1 * size,
      ) +
      circle(x, y - 7 * size, 2.3 * size, dice.pick(petals)) +
      circle(x, y - 7 * size, 0.9 * size, '#f0b13c')
    );
  });
}

/** A far round tree or bush, lit from the upper left. */
export function farTree(x: number, y: number, size: number, light: string, dark: string): string {
  return (
    line(
      [
        [x, y],
        [x, y - 12 * size],
      ],
      '#7b5c48',
      3.4 * size,
    ) +
    ellipse(x, y - 20 * size, 12 * size, 14 * size, dark) +
    ellipse(x - 2 * size, y - 22 * size, 9.5 * size, 11 * size, light)
  );
}

/** A fir of three tiers. */
export function fir(x: number, y: number, size: number, light: string, dark: string): string {
  const tier = (bottom: number, half: number, top: number): string =>
    polygon(
      [
        [x - half * size, y - bottom * size],
        [x, y - top * size],
        [x + half * size, y - bottom * size],
      ],
      dark,
    ) +
    polygon(
      [
        [x - half * size, y - bottom * size],
        [x, y - top * size],
        [x - half * 0.1 * size, y - bottom * size],
      ],
      light,
    );
  return (
    line(
      [
        [x, y],
        [x, y - 10 * size],
      ],
      '#6b4c3a',
      4 * size,
    ) +
    tier(8, 17, 34) +
    tier(22, 13.5, 46) +
    tier(36, 10, 58)
  );
}

/** Blades that rise from the lower edge before the cast. */
export function foreground(dice: Dice, light: string, dark: string): string {
  return scatter(dice.below(4) + 3, () => {
    const left = dice.chance(0.5);
    const x = left ? dice.between(-6, 70) : dice.between(250, 326);
    const bend = dice.between(-9, 9);
    return path(
      draw('M', x - 3, 242, 'Q', x, 230, x + bend, 218 + dice.below(8), 'Q', x + 3, 230, x + 3, 242, 'Z'),
      dice.chance(0.5) ? light : dark,
    );
  });
}
