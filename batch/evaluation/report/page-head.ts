import { element, escapeMarkup } from '../../plot/markup.ts';
import { PAGE_STYLE } from './page-style.ts';

const CLOSED = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

/**
 * What stands in the head of every report: its title, the common style and a content policy.
 *
 * @param title text, which is escaped here.
 * @param style more style, of this report alone.
 * @param policy by default a page without script, and without anything from a network.
 */
export function pageHead(title: string, { style = '', policy = CLOSED } = {}): string[] {
  return [
    '<meta charset="utf-8"/>',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    element('title', {}, [escapeMarkup(title)]),
    `<style>${PAGE_STYLE}${style}</style>`,
  ];
}
