/** The words that every vocabulary begins with; their ids are 0 to 3. */
const SPECIAL = ['<pad>', '<start>', '<end>', '<unk>'];

/**
 * The words of a vocabulary by id: the special ones, then those seen at least `threshold` times, in the order of
 * `counts`, which is that of their first occurrence. The released `vocab.py` gives words the same order.
 */
export function vocabularyWords(counts: ReadonlyMap<string, number>, threshold: number): string[] {
  const seen = [...counts].flatMap(([word, count]) => (count >= threshold ? [word] : []));
  return [...new Set([...SPECIAL, ...seen])];
}

/**
 * The JSON of a vocabulary file: `word2idx`, `idx2word` and `idx` (the next free id), as the released `vocab.py` writes
 * it, entries in the order of their ids.
 */
export function vocabularyJson(words: readonly string[]): string {
  // Not an object's own text: words that look like numbers would move to its front.
  const object = (entries: readonly (readonly [string, string | number])[]): string =>
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(', ')}}`;
  const ids = object(words.map((word, id) => [word, id]));
  const back = object(words.map((word, id) => [String(id), word]));
  return `{"word2idx": ${ids}, "idx2word": ${back}, "idx": ${words.length}}\n`;
}
