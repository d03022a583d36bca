import detail from './detail.css';
import facets from './facets.css';
import messages from './messages.css';
import motion from './motion.css';
import results from './results.css';
import suggestions from './suggestions.css';
import theme from './theme.css';

let shared: CSSStyleSheet | undefined;

/** One sheet for every element on the page. Constructed, so that policies against inline styles allow it. */
export function stylesheet(): CSSStyleSheet {
  if (shared === undefined) {
    shared = new CSSStyleSheet();
    shared.replaceSync(theme + suggestions + facets + messages + results + detail + motion);
  }
  return shared;
}
