import type { Dice } from '../drawing/index.ts';

/** The image's size in pixels. */
export const WIDTH = 320;
export const HEIGHT = 240;

export type Hour = 'day' | 'evening';

/** What surrounds the cast: all that lies behind it, and low decoration before it. */
export interface Backdrop {
  readonly behind: string;
  readonly front: string;
}

/** Paints a place: `look` chooses what gives it its character, `dice` where its small things are. */
export type PaintPlace = (look: Dice, dice: Dice, hour: Hour) => Backdrop;

/** A top-down gradient over the shape that refers to it. */
export function gradient(id: string, ...colours: readonly string[]): string {
  const stops = colours
    .map(
      (colour, index) =>
        `<stop offset="${Math.round((100 * index) / (colours.length - 1))}%" stop-color="${colour}"/>`,
    )
    .join('');
  return `<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient></defs>`;
}

/** Something repeated at places of its own. */
export function scatter(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join('');
}
