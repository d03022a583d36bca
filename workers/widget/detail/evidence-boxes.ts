import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';
import { percent } from '../words/percent.ts';
import type { MatchedWord } from './matched-words.ts';

/** Minimum attention of a labelled region, as a share of the strongest one's; more labels would hide the image. */
const LABELLED = 0.2;

/** Above an image: a frame for each region that a word attended to, with the image lit up inside according to the attention. */
export class EvidenceBoxes {
  readonly element = element('div', { class: 'boxes', 'aria-hidden': 'true' });

  readonly #say: Say;

  constructor(say: Say) {
    this.#say = say;
  }

  /** `address` is that of the image below; if `word` is undefined, all boxes are removed. */
  show(word: MatchedWord | undefined, address: string): void {
    const most = word?.regions[0]?.weight ?? 0;
    const shown = most > 0 ? (word?.regions ?? []) : [];
    const lights: HTMLElement[] = [];
    const frames: HTMLElement[] = [];
    for (const { region, weight, box } of shown) {
      const [left, top, right, bottom] = box.map((edge) => Math.min(1, Math.max(0, edge))) as typeof box;
      const share = Math.max(0, weight) / most;

      const light = element('img', { class: 'light', alt: '', src: address });
      light.style.clipPath = `inset(${part(top)} ${part(1 - right)} ${part(1 - bottom)} ${part(left)})`;
      light.style.opacity = share.toFixed(3);
      lights.push(light);

      const frame = element('div', { class: 'frame-box', part: 'box', 'data-region': region });
      frame.style.left = part(left);
      frame.style.top = part(top);
      frame.style.width = part(right - left);
      frame.style.height = part(bottom - top);
      frame.style.setProperty('--share', share.toFixed(3));
      if (share >= LABELLED) frame.append(element('span', { class: 'share' }, percent(weight, this.#say)));
      frames.push(frame);
    }
    // The strongest is on top.
    this.element.replaceChildren(...lights.reverse(), ...frames.reverse());
  }
}

function part(fraction: number): string {
  return `${(100 * fraction).toFixed(3)}%`;
}
