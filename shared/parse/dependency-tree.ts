/** The words of a sentence and their tree; arrays are as long as the sentence. */
export interface DependencyTree {
  readonly words: readonly string[];
  /** Universal part-of-speech tags (UPOS). */
  readonly universalTags: readonly string[];
  /** The treebank's own tags (XPOS: Penn Treebank's). */
  readonly tags: readonly string[];
  /** Heads, with words counted from 1; 0 for the root; NaN where none is known. */
  readonly heads: readonly number[];
  /** Relations of words to their heads. */
  readonly relations: readonly string[];
}

/** Whether heads make a tree: there is one root, and every word leads to it from head to head. */
export function isTree(heads: readonly number[]): boolean {
  if (heads.filter((head) => head === 0).length !== 1) return false;
  // Words that are known to lead to the root.
  const reaches = new Uint8Array(heads.length + 1);
  reaches[0] = 1;
  for (let word = 1; word <= heads.length; word++) {
    const path: number[] = [];
    let at = word;
    while (reaches[at] === 0) {
      path.push(at);
      const head = heads[at - 1] as number;
      if (!Number.isInteger(head) || head < 0 || head > heads.length || path.length > heads.length)
        return false;
      at = head;
    }
    for (const passed of path) reaches[passed] = 1;
  }
  return true;
}
