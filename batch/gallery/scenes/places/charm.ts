import { type Dice, draw, ellipse, path, stroke, transformed } from '../drawing/index.ts';
import { scatter } from './backdrop.ts';

const WINGS = ['#f3b04e', '#e98aa6', '#8fb4e8', '#f5e08a', '#c7a2e0'];

/** Up to three butterflies. */
export function butterflies(dice: Dice): string {
  return scatter(dice.below(4), () => {
    const wing = dice.pick(WINGS);
    const drawn =
      path(draw('M', 0, 0, 'C', -7, -8, -9, 2, 0, 1, 'C', -6, 3, -4, 8, 0, 2, 'Z'), wing) +
      path(draw('M', 0, 0, 'C', 6, -9, 9, 0, 0, 1, 'C', 5, 2, 5, 7, 0, 2, 'Z'), wing) +
      stroke(draw('M', 0, -2, 'L', 0, 4), '#4a3a48', 1.1);
    return transformed(drawn, [dice.between(12, 308), dice.between(70, 175)], 0.9, 0.9, dice.below(50) - 25);
  });
}

/** Leaves that sail down. */
export function fallingLeaves(dice: Dice): string {
  return scatter(dice.below(7) + 3, () => {
    const leaf = ellipse(0, 0, 3.6, 1.7, dice.pick(['#d98f45', '#c9b04c', '#b8693f', '#8fae54']));
    return transformed(leaf, [dice.between(0, 320), dice.between(30, 170)], 1, 1, dice.below(180));
  });
}
