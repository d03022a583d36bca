import graph from './graph.css';
import messages from './messages.css';
import theme from './theme.css';

let shared: CSSStyleSheet | undefined;

/** One sheet for every graph on the page. */
export function graphStylesheet(): CSSStyleSheet {
  if (shared === undefined) {
    shared = new CSSStyleSheet();
    shared.replaceSync(theme + messages + graph);
  }
  return shared;
}
