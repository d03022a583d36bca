import { imageAddress, imageSourceSet, type SearchHit, type Stage } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';
import { percent } from '../words/percent.ts';
import { aspectRatio, captionOf, imageElement, missingImage } from './image.ts';
import { retryButton } from './retry-button.ts';

/** Images beyond these proportions would be slivers in their row; the card shows their middle, and the detail shows all. */
const NARROWEST = 0.5;
const WIDEST = 2.4;

export const STAGE_NAMES = {
  rerank: 'graph match',
  recall: 'coarse match',
} as const satisfies Readonly<Record<Stage, string>>;

export interface CardEvents {
  readonly onOpen: () => void;
  /** Shows the images that the hit stands for, or hides them; returns whether they are shown now. */
  readonly onAlike?: (() => boolean) | undefined;
}

export interface Card {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  /** Says of the same image what another answer says, in its place there. */
  readonly tell: (hit: SearchHit, place: string) => void;
  /** Shows that the hit is being opened, and if that fails, what can be done. Never rejects. */
  readonly opening: (open: () => Promise<void>) => Promise<void>;
}

/** One hit of the grid: a button that opens it, and one that shows the images that it stands for. `place` is its position or what it belongs to. */
export function card(
  say: Say,
  hit: SearchHit,
  place: string,
  endpoint: URL,
  { onOpen, onAlike }: CardEvents,
): Card {
  const address = imageAddress(hit, endpoint);
  const frame = element('span', { class: 'frame', part: 'picture' });
  if (address === undefined) {
    frame.append(missingImage(say, hit.image.name));
  } else {
    const image = imageElement(address, '', () => missingImage(say, hit.image.name));
    image.loading = 'lazy';
    // A card is about this wide.
    image.sizes = '20rem';
    image.srcset = imageSourceSet(hit, address) ?? '';
    frame.append(image);
  }
  const button = element('button', { type: 'button', class: 'card', part: 'card' }, frame);
  button.addEventListener('click', onOpen);
  const item = element('li', { class: 'item' }, button);
  item.style.setProperty('--ratio', String(Math.min(WIDEST, Math.max(NARROWEST, aspectRatio(hit)))));
  const tell = (now: SearchHit, at: string): void => {
    // The image stays, and so it does not load again.
    for (const old of [...button.children].slice(1)) old.remove();
    button.append(...texts(say, now, at));
    while (button.nextSibling) button.nextSibling.remove();
    if (now.alike && onAlike) item.append(alikeButton(say, now.alike.count, onAlike));
  };
  tell(hit, place);
  const opening = async (open: () => Promise<void>): Promise<void> => {
    const before = item.querySelector('.missing');
    const waiting = before?.matches(':focus-within');
    button.ariaBusy = 'true';
    try {
      await open();
    } catch {
      const retry = () => void opening(open);
      const missing = unopened(say, address, retry);
      item.append(missing);
      if (waiting) missing.querySelector('button')?.focus();
    }
    before?.remove();
    button.ariaBusy = null;
  };
  return { item, button, tell, opening };
}

/** Below an image that cannot be shown larger: its file, if it has an address. */
function unopened(say: Say, href: string | undefined, onRetry: () => void): HTMLElement {
  return element(
    'p',
    { class: 'missing', role: 'alert' },
    `${say('The view of this image cannot be loaded.')} `,
    retryButton(say, {}, onRetry),
    element('a', { class: 'example', href, target: '_blank', hidden: href === undefined }, say('Image file')),
  );
}

function texts(say: Say, hit: SearchHit, place: string): Node[] {
  return [
    element('span', { class: 'caption', part: 'caption', dir: 'auto' }, captionOf(hit)),
    element(
      'span',
      { class: 'meta', part: 'meta' },
      element('span', { class: 'position' }, place),
      element('span', {}, say(STAGE_NAMES[hit.stage])),
      ...(hit.relevance === undefined
        ? []
        : [element('span', { class: 'score' }, percent(hit.relevance, say))]),
    ),
  ];
}

function alikeButton(say: Say, count: number, onAlike: () => boolean): HTMLButtonElement {
  const show = (shown: boolean): void => {
    button.textContent = say(shown ? 'hide {n} alike' : 'and {n} alike', { n: count });
    button.ariaExpanded = String(shown);
  };
  const button = element('button', { type: 'button', class: 'example alike', part: 'alike' });
  show(false);
  button.addEventListener('click', () => show(onAlike()));
  return button;
}
