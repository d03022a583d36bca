/**
 * Words of captions that are encoded together. About 18 captions fill the tiles of the products and share one pass over
 * the weights; more would only make others wait longer.
 */
const WORDS_AT_ONCE = 256;

/** Indices of captions, longest first, in groups of at most this many words (but at least one caption). */
export function groupsByLength(captions: readonly { readonly length: number }[]): number[][] {
  const length = (index: number) => captions[index]?.length ?? 0;
  const groups: number[][] = [];
  let room = 0;
  for (const index of [...captions.keys()].sort((a, b) => length(b) - length(a))) {
    if (length(index) > room) {
      groups.push([]);
      room = WORDS_AT_ONCE;
    }
    groups.at(-1)?.push(index);
    room -= length(index);
  }
  return groups;
}
