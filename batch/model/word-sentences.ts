/** Ids of `<start>`, `<end>` and of the first word in every vocabulary. */
const [START, END, FIRST_WORD] = [1, 2, 4];

/** Every word of a vocabulary as a sentence of its own, as ids with `<start>` and `<end>`: sentences if there are no captions. */
export function wordSentences(vocabularySize: number): number[][] {
  return Array.from({ length: Math.max(0, vocabularySize - FIRST_WORD) }, (_, index) => [
    START,
    index + FIRST_WORD,
    END,
  ]);
}
