import { element } from '../dom/element.ts';

/** A sentence to try: writes it into the line and searches. */
export function exampleButton(text: string, onExample: (query: string) => void): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'example', part: 'example', dir: 'auto' }, text);
  button.addEventListener('click', () => onExample(text));
  return button;
}
