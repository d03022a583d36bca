import messages from './messages.css';
import motion from './motion.css';
import results from './results.css';
import { sheet } from './sheet.ts';
import theme from './theme.css';

let shared: CSSStyleSheet | undefined;

/** One sheet for every element on the page; parts bring their own. */
export function stylesheet(): CSSStyleSheet {
  shared ??= sheet(theme + messages + results + motion);
  return shared;
}
