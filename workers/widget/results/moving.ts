/** Long enough to follow a card with the eyes. */
const MOVE_MS = 260;

/**
 * Changes the order of a list; what stays in it glides from its old place to its new one, unless people want less motion. Where the browser
 * draws nothing between, nothing jumps.
 */
export function moving(list: HTMLElement, change: () => void): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const before = new Map(calm ? [] : [...list.children].map((item) => [item, item.getBoundingClientRect()]));
  change();
  const after = [...list.children].map((item) => [item, item.getBoundingClientRect()] as const);
  for (const [item, { left, top }] of calm ? [] : after) {
    const old = before.get(item);
    if (old === undefined || (old.left === left && old.top === top)) continue;
    item.animate(
      [{ transform: `translate(${old.left - left}px, ${old.top - top}px)` }, { transform: 'none' }],
      {
        duration: MOVE_MS,
        easing: 'ease-out',
      },
    );
  }
}
