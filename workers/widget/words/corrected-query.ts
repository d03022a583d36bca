import type { QueryWord } from '../../clients/search/index.ts';

/**
 * The query with its unknown words in their suggested spelling, all else as it was written; undefined where there is nothing to
 * suggest. `only` is the place of the one word to correct.
 */
export function correctedQuery(
  query: string,
  words: readonly QueryWord[],
  only?: number,
): string | undefined {
  const lower = query.toLowerCase();
  // A few capitals are longer in lower case; then places in one are not those in the other.
  const written = lower.length === query.length ? query : lower;
  let corrected = '';
  let copied = 0;
  let reached = 0;
  for (const [index, { text, known, suggestion }] of words.entries()) {
    const start = lower.indexOf(text, reached);
    // Quotes are read in another spelling than they are written in.
    if (start < 0) continue;
    reached = start + text.length;
    if (known || suggestion === undefined || (only !== undefined && only !== index)) continue;
    corrected += written.slice(copied, start) + suggestion;
    copied = reached;
  }
  return copied === 0 ? undefined : corrected + written.slice(copied);
}
