import { element } from '../dom/element.ts';

/** Widths by height as photographs have them. */
const RATIOS = [1.5, 0.75, 1.33, 1.78, 1, 1.5, 0.67, 1.33, 1.5, 0.75, 1.6, 1];

/** A preview of the grid while the answer is loading. */
export function skeleton(): HTMLElement {
  const items = RATIOS.map((ratio) => {
    const item = element(
      'div',
      { class: 'item' },
      element('div', { class: 'frame' }),
      element('div', { class: 'line' }),
    );
    item.style.setProperty('--ratio', String(ratio));
    return item;
  });
  return element('div', { class: 'grid skeleton', 'aria-hidden': 'true' }, ...items);
}
