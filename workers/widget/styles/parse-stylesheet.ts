import messages from './messages.css';
import parse from './parse.css';
import theme from './theme.css';

let shared: CSSStyleSheet | undefined;

/** One sheet for every parse drawing on the page. */
export function parseStylesheet(): CSSStyleSheet {
  if (shared === undefined) {
    shared = new CSSStyleSheet();
    shared.replaceSync(theme + messages + parse);
  }
  return shared;
}
