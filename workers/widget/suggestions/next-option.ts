/** The line itself, when no option is active. */
export const NONE = -1;

/**
 * The option of an open list that a key leads to, from the option `active`: past either end is the line. Undefined if the key is not
 * the list's: Home and End move in the text while no option is active.
 */
export function nextOption(key: string, active: number, count: number): number | undefined {
  if (key === 'ArrowDown') return active + 1 < count ? active + 1 : NONE;
  if (key === 'ArrowUp') return active === NONE ? count - 1 : active - 1;
  if (active === NONE) return undefined;
  return key === 'Home' ? 0 : key === 'End' ? count - 1 : undefined;
}
