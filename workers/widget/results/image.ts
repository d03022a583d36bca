import type { SearchHit } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';

/** Width by height. */
export function aspectRatio({ image }: SearchHit): number {
  const ratio = image.width / image.height;
  return Number.isFinite(ratio) && ratio > 0 ? ratio : 1;
}

/** The sentence that represents an image. */
export function captionOf({ captions, image }: SearchHit): string {
  return captions[0] === undefined ? image.name : readable(captions[0]);
}

/** A caption in usual spelling: caption data sets often separate punctuation from words. */
export function readable(caption: string): string {
  return caption.replace(/\s+(?=[.,;:!?](?:\s|$))/g, '');
}

/** An image that fades in, and is replaced by `fallback` if it cannot be shown. */
export function imageElement(address: string, alt: string, fallback: () => Node): HTMLImageElement {
  const image = element('img', { alt, decoding: 'async', draggable: 'false' });
  image.addEventListener('load', () => image.classList.add('shown'), { once: true });
  image.addEventListener('error', () => image.replaceWith(fallback()), { once: true });
  image.src = address;
  return image;
}

export function missingImage(say: Say, name: string): HTMLElement {
  return element('span', { class: 'missing-image' }, say('{name} cannot be shown', { name }));
}
