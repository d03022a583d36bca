import type { QueryWord } from '../../clients/search/index.ts';

/**
 * The query with its unknown words in their suggested spelling, and everything else unchanged; undefined if there is nothing to
 * suggest. `only` is the position of the one word to correct.
 */
export function correctedQuery(
  query: string,
  words: readonly QueryWord[],
  only?: number,
): string | undefined {
  const lower = query.toLowerCase();
  // A few capitals are longer in lower case; then positions differ.
  const written = lower.length === query.length ? query : lower;
  let corrected = '';
  let copied = 0;
  let reached = 0;
  for (const [index, { text, known, suggestion }] of words.entries()) {
    const start = lower.indexOf(text, reached);
    // Quotes are normalised when they are read.
    if (start < 0) continue;
    reached = start + text.length;
    if (known || suggestion === undefined || (only !== undefined && only !== index)) continue;
    corrected += written.slice(copied, start) + suggestion;
    copied = reached;
  }
  return copied === 0 ? undefined : corrected + written.slice(copied);
}
