import messages from './messages.css';
import parse from './parse.css';
import { sheet } from './sheet.ts';
import theme from './theme.css';

let shared: CSSStyleSheet | undefined;

/** One sheet for every parse drawing on the page. */
export function parseStylesheet(): CSSStyleSheet {
  shared ??= sheet(theme + messages + parse);
  return shared;
}
