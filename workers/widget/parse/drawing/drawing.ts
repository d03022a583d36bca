import { element } from '../../dom/element.ts';
import { type ArcLayout, layoutArcs } from '../layout/arc-layout.ts';
import { arcPath, arrowPath } from '../layout/arc-path.ts';
import type { ParsedWord } from '../words/describe-word.ts';
import { svg } from './svg.ts';
import { wordRow } from './word-row.ts';

/** A sentence's words with the arcs of its parse above them, in a box that scrolls sideways if they do not fit. */
export class Drawing {
  readonly element: HTMLElement;
  readonly #words: readonly ParsedWord[];
  readonly #row: HTMLElement;
  readonly #arcs = svg('svg', { class: 'arcs', 'aria-hidden': 'true' });
  readonly #labels: readonly SVGTextElement[];

  constructor(query: string, words: readonly ParsedWord[], onExample: (query: string) => void) {
    this.#words = words;
    this.#row = wordRow(query, words, onExample);
    this.#labels = words.map(({ relation }) => {
      const label = svg('text', { class: 'label' });
      label.textContent = relation;
      return label;
    });
    this.#arcs.append(...this.#labels);
    this.element = element(
      'div',
      // Can be focused by keyboard, because it may have to be scrolled.
      { class: 'graph', part: 'graph', role: 'region', 'aria-label': 'Parse of the sentence', tabindex: 0 },
      element('div', { class: 'sheet' }),
    );
    this.element.firstElementChild?.append(this.#arcs, this.#row);
  }

  /** Measures the words and places them; the drawing must be on the page. */
  place(): void {
    const entries = [...this.#row.children];
    const widths = entries.map((entry) => entry.getBoundingClientRect().width);
    const labelHeight = Math.max(0, ...this.#labels.map((label) => label.getBBox().height));
    const boxes = this.#words.map(({ head }, word) => ({
      head,
      width: widths[word] ?? 0,
      labelWidth: this.#labels[word]?.getComputedTextLength() ?? 0,
    }));
    const layout = layoutArcs(boxes, labelHeight);
    this.#placeArcs(layout);
    let end = 0;
    for (const [word, entry] of entries.entries()) {
      const width = widths[word] ?? 0;
      const left = (layout.words[word] ?? 0) - width / 2;
      if (entry instanceof HTMLElement) entry.style.marginLeft = `${left - end}px`;
      end = left + width;
    }
    this.#row.style.width = `${layout.width}px`;
  }

  #placeArcs({ width, height, arcs }: ArcLayout): void {
    this.#arcs.setAttribute('width', String(width));
    this.#arcs.setAttribute('height', String(height));
    const edges = arcs.map((arc, word) => {
      const kind = this.#words[word]?.head === 0 ? 'edge root' : 'edge';
      const edge = svg('g', { class: kind });
      edge.append(
        svg('path', { class: 'arc', d: arcPath(arc, height) }),
        svg('path', { class: 'arrow', d: arrowPath(arc, height) }),
      );
      return edge;
    });
    for (const [word, { label }] of arcs.entries()) {
      this.#labels[word]?.setAttribute('x', String(label.x));
      this.#labels[word]?.setAttribute('y', String(label.y));
    }
    // Labels last, so that no arc covers one.
    this.#arcs.replaceChildren(...edges, ...this.#labels);
  }
}
