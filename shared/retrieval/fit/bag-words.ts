/** Ids below this are `<pad>`, `<start>`, `<end>` and `<unk>` (every vocabulary of GSMN starts with them). */
const FIRST_WORD = 4;

/**
 * The words that a projection counts: the words that occur in most training captions, at most `limit`, ascending by id.
 * The limit bounds the size of the projection and the memory of the fit for the largest published vocabularies (11,352
 * words).
 */
export function selectBagWords(captions: Iterable<readonly number[]>, limit: number): number[] {
  const captionsWith = new Map<number, number>();
  for (const ids of captions) {
    for (const id of new Set(ids)) {
      if (id >= FIRST_WORD) captionsWith.set(id, (captionsWith.get(id) ?? 0) + 1);
    }
  }
  return [...captionsWith]
    .sort(([a, many], [b, few]) => few - many || a - b)
    .slice(0, limit)
    .map(([id]) => id)
    .sort((a, b) => a - b);
}
