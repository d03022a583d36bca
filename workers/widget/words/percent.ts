import type { Say } from '../texts/say.ts';

/** A share of 1 in whole percent; what is neither none nor all does not read as 0% or 100%. */
export function percent(share: number, { language }: Say): string {
  const low = share > 0 && share < 0.005;
  const high = share < 1 && share >= 0.995;
  const shown = low ? 0.01 : high ? 0.99 : share;
  return `${low ? '<' : high ? '>' : ''}${shown.toLocaleString(language, { style: 'percent' })}`;
}
