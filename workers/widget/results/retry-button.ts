import type { SearchProblem } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import type { Say } from '../texts/say.ts';

/** Tries again; while a rate limit lasts, the button counts the seconds down. */
export function retryButton(
  say: Say,
  { retryAfter = 0 }: Pick<SearchProblem, 'retryAfter'>,
  onRetry: () => void,
): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'button', part: 'retry' });
  const ready = performance.now() + 1000 * retryAfter;
  const left = (): number => Math.ceil((ready - performance.now()) / 1000);
  const show = (): void => {
    const seconds = left();
    button.textContent = seconds > 0 ? say('Try again in {n} s', { n: seconds }) : say('Try again');
    // Not `disabled`: this would take the focus away from users who wait on it.
    button.setAttribute('aria-disabled', String(seconds > 0));
    // After it was replaced by another view, there is nothing to count for.
    if (seconds > 0 && (button.isConnected || seconds === retryAfter)) setTimeout(show, 1000);
  };
  show();
  button.addEventListener('click', () => {
    if (left() <= 0) onRetry();
  });
  return button;
}
