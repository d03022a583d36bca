const MOST = 8;

/**
 * The sentences to propose for what is written so far: those in which every written word begins a word, recent ones first, each
 * once, and not what is already there. An empty line gets all.
 */
export function suggest(written: string, recent: readonly string[], examples: readonly string[]): string[] {
  const words = folded(written).split(' ');
  const seen = new Set([words.join(' ')]);
  return [...recent, ...examples]
    .filter((sentence) => {
      const text = folded(sentence);
      if (seen.has(text) || !words.every((word) => ` ${text}`.includes(` ${word}`))) return false;
      seen.add(text);
      return true;
    })
    .slice(0, MOST);
}

/** What does not tell sentences apart is made the same: capitals, forms of characters, spaces. */
function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}
