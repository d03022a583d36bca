/** A share of 1 in whole percent; what is neither none nor all does not read as 0% or 100%. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return '<1%';
  if (share < 1 && share >= 0.995) return '>99%';
  return `${Math.round(100 * share)}%`;
}
