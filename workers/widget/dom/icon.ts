const SVG = 'http://www.w3.org/2000/svg';

/** A drawing beside a label or inside a labelled button; nothing for a screen reader. `outline` is a path in a square of 24 units. */
export function icon(outline: string): SVGSVGElement {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  drawing.classList.add('icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', outline);
  drawing.append(path);
  return drawing;
}
