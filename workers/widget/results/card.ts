import { imageAddress, imageSourceSet, type SearchHit, type Stage } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { aspectRatio, captionOf, imageElement, missingImage } from './image.ts';

/** Images beyond these proportions would be slivers in their row; the card shows their middle, and the detail shows all. */
const NARROWEST = 0.5;
const WIDEST = 2.4;

export const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  rerank: 'graph match',
  recall: 'coarse match',
};

/** One hit of the grid: a button that opens it. `position` counts from 1. */
export function card(hit: SearchHit, position: number, endpoint: URL, onOpen: () => void): HTMLLIElement {
  const address = imageAddress(hit, endpoint);
  const frame = element('span', { class: 'frame', part: 'picture' });
  if (address === undefined) {
    frame.append(missingImage(hit.image.name));
  } else {
    const image = imageElement(address, '', () => missingImage(hit.image.name));
    image.loading = 'lazy';
    // A card is about this wide.
    image.sizes = '20rem';
    image.srcset = imageSourceSet(hit, address) ?? '';
    frame.append(image);
  }
  const button = element(
    'button',
    { type: 'button', class: 'card', part: 'card' },
    frame,
    element('span', { class: 'caption', part: 'caption', dir: 'auto' }, captionOf(hit)),
    element(
      'span',
      { class: 'meta', part: 'meta' },
      element('span', { class: 'position' }, String(position)),
      element('span', {}, STAGE_NAMES[hit.stage]),
      element('span', { class: 'score' }, hit.score.toFixed(2)),
    ),
  );
  button.addEventListener('click', onOpen);
  const item = element('li', { class: 'item' }, button);
  item.style.setProperty('--ratio', String(Math.min(WIDEST, Math.max(NARROWEST, aspectRatio(hit)))));
  return item;
}
